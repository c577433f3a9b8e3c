import { CuttleError } from '@cuttle/core-types/errors';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import { toTable } from '../output.ts';
import { toTimeText } from '../time-text.ts';

export function addMessages(cli: Cli): void {
  const messages = cli.program
    .command('messages')
    .description('Look after deliveries that failed.');
  addFailed(cli, messages);
  addSettle(cli, messages, {
    name: 'retry',
    what: 'Send a given-up delivery again.',
    done: 'It is sent again.',
  });
  addSettle(cli, messages, {
    name: 'discard',
    what: 'Take a given-up delivery off the list.',
    done: 'It is off the list.',
  });
}

function addFailed(cli: Cli, messages: Command): void {
  const command = messages
    .command('failed')
    .description('Show deliveries that were given up or could not be confirmed.')
    .option('-n, --limit <count>', 'how many', toCount, 50);
  does<{ limit: number }>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const result = await client.call('messages.failed', { limit: options.limit }, signal);
    output.result(result, () =>
      result.messages.length === 0
        ? ['Everything was delivered.']
        : toTable(
            ['Id', 'State', 'When', 'To', 'Why', 'Text'],
            result.messages.map(({ id, state, at, reason, text, channel, account, to }) => [
              id,
              state,
              toTimeText(at),
              channel === undefined ? '' : `${channel}/${account} ${to}`,
              reason ?? '',
              text.length > 60 ? `${text.slice(0, 59)}…` : text,
            ]),
            output.paint,
          ),
    );
  });
}

function addSettle(
  cli: Cli,
  messages: Command,
  { name, what, done }: { name: 'retry' | 'discard'; what: string; done: string },
): void {
  const command = messages
    .command(name)
    .argument('<id>', 'as `cuttle messages failed` shows it')
    .description(what);
  does(cli, command, async ({ connect, output, signal }, { args: [id = ''] }) => {
    const client = await connect();
    const { ok } = await client.call(`messages.${name}`, { id }, signal);
    if (!ok)
      throw new CuttleError('request.not-found', `No given-up delivery has the id ${id}.`, {
        hint: '`cuttle messages failed` lists them.',
      });
    output.result({ ok, id }, () => [done]);
  });
}
