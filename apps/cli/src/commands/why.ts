import type { Json } from '@cuttle/core-types';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type Cli, does } from '../command.ts';
import { type Paint, plain } from '../paint.ts';
import { toTimeText } from '../time-text.ts';

export function addWhy(cli: Cli): void {
  const command = cli.program
    .command('why')
    .argument('<id>', 'of the message')
    .description('Show what became of a message, step by step.');
  does(cli, command, async ({ connect, output, signal }, { args: [id = ''] }) => {
    const client = await connect();
    const fate = await client.call('messages.fate', { id }, signal);
    output.result(fate, () => describe(fate, output.paint));
  });
}

function describe(fate: ResultOf<'messages.fate'>, paint: Paint): readonly string[] {
  const { id, state, reason, sessionKey, timeline } = fate;
  return [
    `${paint('bold', id)}  ${state}${reason === undefined ? '' : ` (${reason})`}  in ${sessionKey}`,
    ...timeline.map(
      ({ at, what, detail }) => `${toTimeText(at)}  ${what}  ${paint('dim', toWords(detail))}`,
    ),
  ];
}

function toWords(detail: Json): string {
  if (typeof detail !== 'object' || detail === null)
    return detail === null ? '' : plain(String(detail));
  return Object.entries(detail)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' ? plain(value) : JSON.stringify(value)}`,
    )
    .join(' ');
}
