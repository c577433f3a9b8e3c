import { CuttleError } from '@cuttle/core-types/errors';
import { readDefinition } from '@cuttle/providers/login';
import type { Job } from '../job.ts';
import { openLogins } from './open-logins.ts';
import { pickLogin } from './pick-login.ts';
import { tellGateway } from './tell-gateway.ts';

/** Takes a login out of this home. Throws `login.unknown` where there is none. */
export async function logOut(
  job: Job,
  wanted: { readonly provider: string | undefined; readonly profile?: string },
): Promise<void> {
  const { output, signal } = job;
  const { logins, settings } = await openLogins(job.context);
  const saved = await logins.list();
  const id = wanted.provider ?? (await pickLogin(job, { saved, settings, purpose: 'out' }));
  const { title } = readDefinition(id);
  const removed = await logins.remove(id, wanted.profile, signal);
  if (removed.length === 0 && wanted.profile !== undefined)
    throw new CuttleError('login.unknown', `There is no profile "${wanted.profile}" of ${title}.`);
  output.result({ login: id, removed }, () => [
    removed.length === 0
      ? `Nobody was logged in to ${title}.`
      : `Logged out of ${title}: ${removed.join(', ')}.`,
  ]);
  await tellGateway(job);
}
