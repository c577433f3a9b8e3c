import { readDefinition, requireName, runLogin, toLogin } from '@cuttle/providers/login';
import type { Job } from '../job.ts';
import { plain } from '../paint.ts';
import { createPerson } from './create-person.ts';
import { openLogins } from './open-logins.ts';
import { pickLogin } from './pick-login.ts';
import { tellGateway } from './tell-gateway.ts';

/** From the choice of a service to a login that is kept. Throws `login.*`. */
export async function logIn(
  job: Job,
  wanted: {
    readonly provider: string | undefined;
    readonly profile?: string;
    readonly default?: boolean;
    readonly browser: boolean;
  },
): Promise<void> {
  const { context, output, signal } = job;
  const { logins, settings } = await openLogins(context);
  const saved = await logins.list();
  const id = wanted.provider ?? (await pickLogin(job, { saved, settings, purpose: 'in' }));
  const definition = readDefinition(id);
  const profile = requireName(wanted.profile ?? 'default');
  const login = toLogin(definition, settings(id));
  const stored = await runLogin(
    login,
    {
      fetch: context.fetch,
      clock: context.clock,
      random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes.length)),
      person: createPerson(job, { browser: wanted.browser ? 'here' : 'elsewhere' }),
    },
    signal,
  );
  await logins.save(
    { login: id, profile, stored, as: wanted.default === true ? 'default' : 'another' },
    signal,
  );
  const kept = (await logins.list()).find((one) => one.login === id && one.profile === profile);
  const who = stored.account === undefined ? '' : ` as ${plain(stored.account)}`;
  output.result(kept, () => [
    output.paint('green', `Logged in to ${definition.title}${who}.`),
    ...(definition.kind === undefined ? [] : [useOf(id, definition.kind, profile)]),
  ]);
  await tellGateway(job);
}

function useOf(id: string, kind: string, profile: string): string {
  const named = `\`login: "${id}/${profile}"\` in providers.<id>`;
  return `It is used for the kind ${kind} where no key is set; ${named} names it.`;
}
