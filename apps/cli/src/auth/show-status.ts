import { loginDefinitions, type SavedLogin } from '@cuttle/providers/login';
import type { Job } from '../job.ts';
import { toTable } from '../output.ts';
import { openLogins } from './open-logins.ts';

/** Who is logged in. Tokens stay where they are. */
export async function showStatus(job: Job): Promise<void> {
  const { context, output } = job;
  const { logins } = await openLogins(context);
  const saved = await logins.list();
  const keys = loginDefinitions.flatMap(({ id, keyVariable }) =>
    keyVariable !== undefined && (context.env[keyVariable] ?? '').trim() !== ''
      ? [{ login: id, variable: keyVariable }]
      : [],
  );
  output.result({ logins: saved, keys }, () =>
    saved.length === 0
      ? ['Nobody is logged in. `cuttle auth login` shows what there is.']
      : [
          ...toTable(
            ['', 'Login', 'Profile', 'Account', 'State'],
            saved.map((one) => toRow(one)),
            output.paint,
          ),
          ...keys.map(({ login, variable }) =>
            output.paint('dim', `${variable} is set, and goes before the login to ${login}.`),
          ),
        ],
  );
}

function toRow({ isDefault, login, profile, account = '', ...rest }: SavedLogin): string[] {
  return [isDefault ? '*' : '', login, profile, account, stateText(rest)];
}

/** For a person: how long it lasts. */
function stateText({ state, expiresAt }: Pick<SavedLogin, 'state' | 'expiresAt'>): string {
  const end = expiresAt === undefined ? '' : new Date(expiresAt).toISOString().slice(0, 16);
  const texts: Readonly<Record<SavedLogin['state'], string>> = {
    lasting: 'lasts until it is revoked',
    renewable: 'renews itself',
    ends: `ends ${end.replace('T', ' ')} UTC`,
    over: 'is over: log in again',
  };
  return texts[state];
}
