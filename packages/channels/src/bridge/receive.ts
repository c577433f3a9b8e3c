import { isCuttleError } from '@cuttle/core-types/errors';
import type { Door } from '@cuttle/core-types/ports';
import { pauseAfter, type RetryDeps } from '../retry.ts';
import type { BridgeLink } from './bridge-link.ts';
import { createIntake } from './intake.ts';

export interface ReceiveDeps extends RetryDeps {
  readonly platform: string;
  readonly hearsReactions: boolean;
  readonly link: BridgeLink;
}

/** Receives what the bridge gives; a message is confirmed to it after the door has committed. Ends by abort or `channel.auth`. */
export async function receiveMessages(
  deps: ReceiveDeps,
  door: Door,
  signal: AbortSignal,
): Promise<never> {
  const { link, platform } = deps;
  const ended = new AbortController();
  const intake = createIntake(
    { ...deps, taken: (event) => link.taken(event) },
    door,
    AbortSignal.any([signal, ended.signal]),
  );
  try {
    for (let failures = 1; ; failures += 1)
      try {
        intake.begin();
        await link.listen({ onBegun: () => (failures = 0), onMessage: intake.hear }, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isCuttleError(error, 'channel.auth')) throw error;
        const says = `The connection to ${platform} was lost; it is made again.`;
        await pauseAfter(deps, { error, failures, says }, signal);
      }
  } finally {
    ended.abort('ended');
    await intake.idle();
  }
}
