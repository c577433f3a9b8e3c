import { CuttleError } from '@cuttle/core-types/errors';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';
import { plain } from '../paint.ts';
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
            result.pairings.map(({ code, expiresAt, ...peer }) => [
              code,
              placeOf(peer),
              nameOf(peer),
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
    output.result(result, () => [`${nameOf(result)} is let in on ${placeOf(result)}.`]);
  });
  addRefuse(cli, pair);
  addAllowed(cli, pair);
  addRevoke(cli, pair);
}

type Peer = ResultOf<'pairing.approve'>;

/** What strangers call themselves reaches the terminal without its control characters. */
function nameOf({ name, sender }: Peer): string {
  return plain(name === undefined ? sender : `${name} (${sender})`);
}

function placeOf({ channel, account }: Peer): string {
  return `${channel}/${account}`;
}

function addRefuse(cli: Cli, pair: Command): void {
  const refuse = pair
    .command('refuse')
    .argument('<code>', 'the code that the person was given')
    .description(
      'Refuse the holder of a code: it works no more, and they get no other before it ends.',
    );
  does(cli, refuse, async ({ connect, output, signal }, { args: [code = ''] }) => {
    const client = await connect();
    const result = await client.call('pairing.refuse', { code }, signal);
    output.result(result, () => [`${nameOf(result)} is refused on ${placeOf(result)}.`]);
  });
}

function addAllowed(cli: Cli, pair: Command): void {
  const allowed = pair.command('allowed').description('Show who was let in by a code.');
  does(cli, allowed, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('pairing.allowed', {}, signal);
    output.result(result, () =>
      result.people.length === 0
        ? ['Nobody was let in by a code.']
        : toTable(
            ['Channel', 'Id', 'Name', 'Since'],
            result.people.map(({ since, ...peer }) => [
              placeOf(peer),
              plain(peer.sender),
              plain(peer.name ?? ''),
              since === undefined ? '' : toTimeText(since),
            ]),
            output.paint,
          ),
    );
  });
}

function addRevoke(cli: Cli, pair: Command): void {
  const revoke = pair
    .command('revoke')
    .argument('<place>', 'channel, or channel/account')
    .argument('<sender>', 'the id that the platform gives, as `cuttle pair allowed` shows it')
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
