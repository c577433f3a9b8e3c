import { open, rm } from 'node:fs/promises';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { notRunning } from '../connect.ts';
import { findGateway } from '../gateway-address.ts';
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
  addExport(cli, person);
  addPurge(cli, person);
}

function addExport(cli: Cli, person: Cli['program']): void {
  const command = person
    .command('export')
    .argument('<person>', 'a name or id, or an account as channel:id')
    .description('Write all that is kept of a person into a tar file: JSON and media.')
    .requiredOption('--to <file>', 'the file, which may not be there yet');
  does<{ to: string }>(cli, command, async (job, { args: [who = ''], options: { to } }) => {
    const { context, connect, output, signal } = job;
    const client = await connect();
    const { path } = await client.call('sessions.export_user', toPerson(who), signal);
    const address = await findGateway(context, job.url);
    if (!address) throw notRunning();
    const response = await context.fetch(new URL(path, address.url), {
      headers: { authorization: `Bearer ${address.token ?? ''}` },
      signal,
    });
    const isArchive = response.headers.get('content-type') === 'application/x-tar';
    if (!response.ok || !isArchive || !response.body)
      throw new CuttleError(
        'request.invalid',
        `The gateway gave no archive (HTTP ${response.status}).`,
      );
    const bytes = await writeNew(to, response.body, signal);
    output.result({ file: to, bytes }, () => [`${to}: ${bytes} bytes.`]);
  });
}

/** Whole or not at all, for its owner alone. Throws where the file is there. */
async function writeNew(
  file: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const handle = await open(file, 'wx', 0o600);
  try {
    let bytes = 0;
    for await (const piece of body) {
      signal.throwIfAborted();
      await handle.write(piece);
      bytes += piece.length;
    }
    await handle.sync();
    return bytes;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

function addPurge(cli: Cli, person: Cli['program']): void {
  const purge = person
    .command('purge')
    .argument('<person>', 'a name or id, or an account as channel:id')
    .description('Take away all that is kept of a person, for good.')
    .option('--confirm', 'yes, for good');
  does<{ confirm?: boolean }>(cli, purge, async (job, { args: [who = ''], options }) => {
    const { connect, output, signal } = job;
    if (!options.confirm)
      throw new CuttleError('request.invalid', 'What is purged cannot be brought back.', {
        hint: 'Say it with --confirm.',
      });
    const client = await connect();
    const result = await client.call(
      'sessions.purge_user',
      { ...toPerson(who), confirm: true },
      signal,
    );
    output.result(result, () => [
      ...toTable(
        ['Area', 'Taken away'],
        result.areas.map(({ area, count }) => [area, String(count)]),
        output.paint,
      ),
      ...result.warnings.map((warning) => `! ${warning}`),
      `Done (${result.purgeId}).`,
    ]);
  });
}

/** With a colon it is an account; ids and names have none. */
function toPerson(who: string): { readonly personId: string } | { readonly identity: string } {
  return who.includes(':') ? { identity: who } : { personId: who };
}

function toRows({ name, accounts }: Person): string[][] {
  return accounts.map((one) => [
    name,
    one.account,
    one.name ?? '',
    one.configured ? 'configuration' : 'command',
  ]);
}
