import { connectIfRunning } from '../change-config.ts';
import type { Job } from '../job.ts';
import { isCuttleError } from '@cuttle/core-types/errors';

/** A gateway that runs looks again who is logged in. Where it cannot be asked, the login is kept all the same. */
export async function tellGateway(job: Job): Promise<void> {
  try {
    const client = await connectIfRunning(job);
    await client?.call('config.reload', {}, job.signal);
  } catch (error) {
    job.signal.throwIfAborted();
    if (!isCuttleError(error)) throw error;
    job.output.note(
      `The gateway could not be told, and knows it after its next start: ${error.message}`,
    );
  }
}
