import type { ResultOf } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';

type Person = ResultOf<'persons.link'>;

export function addPerson(cli: Cli): void {
  const person = cli.program.command('person').description('Say whose accounts are one person’s.');
  const list = person.command('list').description('Show people and their accounts.');
  does(cli, list, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('persons.list', {}, signal);
    output.result(result, () =>
      result.persons.length === 0
        ? ['No accounts are joined.']
        : toTable(
            ['Person', 'Account', 'Seen as', 'Said in'],
            result.persons.flatMap(toRows),
            output.paint,
          ),
    );
  });
  const link = person
    .command('link')
    .argument('<name>', 'what you call the person')
    .argument('<account>', 'channel:id, or channel/account:id')
    .description('Join an account to a person. It lets nobody in.');
  does(cli, link, async ({ connect, output, signal }, { args: [name = '', account = ''] }) => {
    const client = await connect();
    const result = await client.call('persons.link', { name, account }, signal);
    const accounts = result.accounts.map((one) => one.account).join(', ');
    output.result(result, () => [`${result.name}: ${accounts}`]);
  });
  const unlink = person
    .command('unlink')
    .argument('<account>', 'as `cuttle person list` shows it')
    .description('Take that back.');
  does(cli, unlink, async ({ connect, output, signal }, { args: [account = ''] }) => {
    const client = await connect();
    const result = await client.call('persons.unlink', { account }, signal);
    if (!result.ok)
      throw new CuttleError('request.not-found', `${account} is joined to nobody.`, {
        hint: '`cuttle person list` shows who is.',
      });
    output.result(result, () => [`${account} is on its own again.`]);
  });
}

function toRows({ name, accounts }: Person): string[][] {
  return accounts.map((one) => [
    name,
    one.account,
    one.name ?? '',
    one.configured ? 'configuration' : 'command',
  ]);
}
