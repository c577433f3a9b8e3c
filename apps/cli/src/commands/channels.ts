import type { ResultOf } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import type { Job } from '../job.ts';
import { type Output, toTable } from '../output.ts';
import { plain } from '../paint.ts';
import { toTimeText } from '../time-text.ts';

interface AccountOption {
  readonly account: string;
}

type Step = ResultOf<'channels.login'>;

export function addChannels(cli: Cli): void {
  const channels = cli.program
    .command('channels')
    .description('The accounts of messengers: how they are, and those that are linked by a phone.');
  addStatus(cli, channels);
  addProbe(cli, channels);
  addDirectory(cli, channels);
  addLogin(cli, channels);
  addLogout(cli, channels);
}

function addStatus(cli: Cli, channels: Command): void {
  const status = channels.command('status').description('Show each account and its connection.');
  does(cli, status, async ({ connect, output, signal }) => {
    const client = await connect();
    const result = await client.call('channels.status', {}, signal);
    output.result(result, () =>
      result.channels.length === 0
        ? ['No messenger is configured.']
        : toTable(
            ['Channel', 'State', 'Who', 'What'],
            result.channels.map(({ channel, account, state, name = '', detail = '' }) => [
              `${channel}/${account}`,
              state,
              name,
              detail,
            ]),
            output.paint,
          ),
    );
  });
}

function addPlace(command: Command): Command {
  return command
    .argument('<channel>', 'the messenger, as `cuttle channels status` shows it')
    .option('--account <name>', 'the account of it', 'main');
}

function addProbe(cli: Cli, channels: Command): void {
  const probe = addPlace(channels.command('probe')).description(
    'Ask the platform of an account now whether it answers; the exit status says it too.',
  );
  does<AccountOption>(cli, probe, async ({ connect, output, signal }, given) => {
    const { channel, account } = placeOf(given);
    const client = await connect();
    const health = await client.call('channels.probe', { channel, account }, signal);
    output.result(health, () => [
      health.ok
        ? `${health.name ?? ''} (${health.platformId ?? ''}) answers.`
        : `It does not answer: ${plain(health.detail ?? '')}`,
    ]);
    return health.ok ? exitCode.ok : exitCode.failure;
  });
}

interface DirectoryOption extends AccountOption {
  readonly people?: boolean;
  readonly groups?: boolean;
  readonly limit: string;
}

function addDirectory(cli: Cli, channels: Command): void {
  const directory = addPlace(channels.command('directory'))
    .argument('[words...]', 'words of a name, a handle or an id; all without any')
    .option('--people', 'people only')
    .option('--groups', 'groups only')
    .option('--limit <count>', 'how many to show, 1 to 500', '50')
    .description('Find people and groups that an account knows, with their ids.');
  does<DirectoryOption>(cli, directory, async ({ connect, output, signal }, given) => {
    const { people = false, groups = false, limit } = given.options;
    const params = {
      ...placeOf(given),
      query: given.args.slice(1).join(' '),
      limit: countOf(limit),
      ...(people !== groups && { kind: people ? ('people' as const) : ('groups' as const) }),
    };
    const client = await connect();
    const result = await client.call('channels.directory', params, signal);
    output.result(result, () => directoryLines(result, output));
  });
}

function directoryLines(
  { rows, more, source }: ResultOf<'channels.directory'>,
  output: Output,
): readonly string[] {
  const table = toTable(
    ['Kind', 'Id', 'Name', 'Handle'],
    rows.map(({ kind, id, name, handle = '' }) => [
      kind === 'people' ? 'person' : 'group',
      plain(id),
      plain(name),
      plain(handle),
    ]),
    output.paint,
  );
  return [
    ...(rows.length === 0 ? ['Nobody was found.'] : table),
    ...(source === 'seen' ? ['Where the platform gives no list, these are those that wrote.'] : []),
    ...(more ? ['There may be others: say more words.'] : []),
  ];
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 500) return count;
  throw new CuttleError('request.invalid', '--limit is a whole number from 1 to 500.');
}

function addLogin(cli: Cli, channels: Command): void {
  const login = addPlace(channels.command('login')).description(
    'Link an account: show the QR code that its phone scans, until it did.',
  );
  does<AccountOption>(cli, login, async (job, given) => {
    const { output } = job;
    const { channel, account } = placeOf(given);
    const linked = await untilLinked(job, { channel, account });
    output.result(linked, () => [
      `${plain(linked.name ?? '')} (${linked.platformId ?? ''}) is linked.`,
    ]);
  });
}

/** Asks again as long as nobody scanned; a code that ends is followed by the next. */
async function untilLinked(
  { connect, output, signal }: Job,
  place: { readonly channel: string; readonly account: string },
): Promise<Step> {
  const client = await connect();
  output.note('Asking for a code …');
  for (let seen: string | undefined; ;) {
    const step = await client.call(
      'channels.login',
      { ...place, timeoutMs: 20_000, ...(seen !== undefined && { seen }) },
      signal,
    );
    if (step.state === 'linked') return step;
    if (step.code === undefined || step.code === seen) continue;
    seen = step.code;
    await showCode(output, step);
  }
}

async function showCode(output: Output, { code = '', expiresAt = '' }: Step): Promise<void> {
  if (output.json) return;
  const { toQrLines } = await import('../terminal/qr-code.ts');
  output.write(`${toQrLines(code, output.paint).join('\n')}\n`);
  output.note(
    `On the phone: Settings → Linked devices → Link a device. The code holds until ${toTimeText(expiresAt)}.`,
  );
}

function addLogout(cli: Cli, channels: Command): void {
  const logout = addPlace(channels.command('logout')).description(
    'End the link of an account, on its phone too.',
  );
  does<AccountOption>(cli, logout, async ({ connect, output, signal }, given) => {
    const { channel, account } = placeOf(given);
    const client = await connect();
    const result = await client.call('channels.logout', { channel, account }, signal);
    output.result(result, () => [`${channel}/${account} is linked no more.`]);
  });
}

function placeOf({
  args: [channel = ''],
  options: { account },
}: {
  readonly args: readonly string[];
  readonly options: AccountOption;
}): { readonly channel: string; readonly account: string } {
  if (channel.trim() !== '') return { channel, account };
  throw new CuttleError('request.invalid', 'Name the messenger.');
}
