import { CuttleError } from '@cuttle/core-types/errors';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';
import { toTimeText } from '../time-text.ts';

export function addPair(cli: Cli): void {
  const pair = cli.program.command('pair').description('Let people in who wrote to a messenger.');
  const list = pair.command('list').description('Show who asked to be let in.');
  does(cli, list, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('pairing.list', {}, signal);
    output.result(result, () =>
      result.pairings.length === 0
        ? ['Nobody waits to be let in.']
        : toTable(
            ['Code', 'Channel', 'Who', 'Until'],
            result.pairings.map(({ code, channel, accountId, sender, name, expiresAt }) => [
              code,
              `${channel}/${accountId}`,
              name === undefined ? sender : `${name} (${sender})`,
              toTimeText(expiresAt),
            ]),
            output.paint,
          ),
    );
  });
  const approve = pair
    .command('approve')
    .argument('<code>', 'the code that the person was given')
    .description('Let the holder of a code in.');
  does(cli, approve, async ({ connect, output, signal }, { args: [code = ''] }) => {
    const client = await connect();
    const result = await client.call('pairing.approve', { code }, signal);
    output.result(result, () => [
      `${result.name ?? result.sender} is let in on ${result.channel}.`,
    ]);
  });
  addRevoke(cli, pair);
}

function addRevoke(cli: Cli, pair: Command): void {
  const revoke = pair
    .command('revoke')
    .argument('<place>', 'channel, or channel/account')
    .argument('<sender>', 'the id that the platform gives, as `cuttle pair list` showed it')
    .description('Take back that somebody was let in.');
  does(cli, revoke, async ({ connect, output, signal }, { args: [place = '', sender = ''] }) => {
    const [channel = '', account = 'main'] = place.split('/');
    const client = await connect();
    const { ok } = await client.call('pairing.revoke', { channel, account, sender }, signal);
    if (!ok)
      throw new CuttleError(
        'request.not-found',
        `${sender} was not let in on ${place} by a code.`,
        {
          hint: 'People in `allowedUsers` or `owners` are let in by the configuration.',
        },
      );
    output.result({ ok, channel, account, sender }, () => [`${sender} is a stranger again.`]);
  });
}
