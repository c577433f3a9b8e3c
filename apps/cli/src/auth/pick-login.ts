import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import {
  type LoginDefinition,
  loginDefinitions,
  type SavedLogin,
  toLogin,
} from '@cuttle/providers/login';
import { Interrupted, type Job } from '../job.ts';
import { plain } from '../paint.ts';

interface Choice {
  readonly saved: readonly SavedLogin[];
  readonly settings: (id: string) => unknown;
  readonly purpose: 'in' | 'out';
}

/** Asks which service, with what is known of each. Throws `request.invalid` where nobody can be asked. */
export async function pickLogin(job: Job, choice: Choice): Promise<string> {
  const { context, output, signal } = job;
  const { stdin, stdout } = context;
  const offered = loginDefinitions.filter(
    ({ id }) => choice.purpose === 'in' || choice.saved.some(({ login }) => login === id),
  );
  if (offered.length === 0)
    throw new CuttleError('login.unknown', 'Nobody is logged in.', {
      hint: '`cuttle auth login` shows what there is.',
    });
  if (output.json || stdin.isTTY !== true || stdout.isTTY !== true)
    throw new CuttleError('request.invalid', 'Which service is not said.', {
      hint: `Name one: ${offered.map(({ id }) => id).join(', ')}.`,
    });
  const { autocomplete } = await import('@clack/prompts');
  const width = Math.max(...offered.map(({ title }) => title.length));
  const picked = await autocomplete({
    message: choice.purpose === 'in' ? 'Log in to which service?' : 'Log out of which service?',
    placeholder: 'Type to search',
    maxItems: 10,
    options: offered.map((definition) => ({
      value: definition.id,
      label: `${definition.title.padEnd(width)}  ${knownOf(definition, choice, context.env)}`,
    })),
    filter: (search, { value, label }) =>
      `${value} ${label ?? ''}`.toLowerCase().includes(search.trim().toLowerCase()),
    input: stdin,
    output: stdout,
    signal,
  });
  signal.throwIfAborted();
  if (typeof picked !== 'string') throw new Interrupted('SIGINT');
  return picked;
}

/** What a person wants to know of a service before choosing it. */
function knownOf(
  definition: LoginDefinition,
  { saved, settings }: Choice,
  env: Job['context']['env'],
): string {
  const { id, keyVariable } = definition;
  const mine = saved.filter(({ login }) => login === id);
  const [first] = mine;
  if (first) {
    const more = mine.length > 1 ? ` and ${mine.length - 1} more` : '';
    const who = plain(first.account ?? first.profile);
    return first.state === 'over' ? `${who}: over, log in again` : `logged in as ${who}${more}`;
  }
  if (keyVariable !== undefined && (env[keyVariable] ?? '') !== '') return `${keyVariable} is set`;
  return isReady(definition, settings(id)) ? 'not logged in' : `needs logins.${id}.clientId`;
}

function isReady(definition: LoginDefinition, stated: unknown): boolean {
  try {
    toLogin(definition, stated);
    return true;
  } catch (error) {
    if (isCuttleError(error, 'login.unset')) return false;
    throw error;
  }
}
