import { isCuttleError } from '@cuttle/core-types/errors';
import type { Client } from '@cuttle/client';
import type { ResultOf } from '@cuttle/core-types/protocol';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import type { Job } from '../job.ts';
import { toTable } from '../output.ts';
import { type Paint, plain } from '../paint.ts';
import { readAll } from '../read-all.ts';
import { toTimeText } from '../time-text.ts';

interface OfAgent {
  readonly agent?: string;
}

export function addMemory(cli: Cli): void {
  const memory = cli.program
    .command('memory')
    .description('Look at what agents remember, and change it.');
  const of = (name: string, description: string): Command =>
    memory
      .command(name)
      .description(description)
      .option('-a, --agent <id>', 'whose memory; the default agent without it');
  addList(cli, of('list', 'Show the files of the memory.'));
  addShow(cli, of('show', 'Show a file of the memory, or some lines of it.'));
  addSearch(cli, of('search', 'Find passages by words and by meaning.'));
  addEdit(cli, of('edit', 'Change a file with your editor, or write what standard input says.'));
  addRemove(cli, of('rm', 'Remove a file of the memory, or some lines of it.'));
  addStatus(cli, of('status', 'Show how much is remembered, and how it is searched.'));
  addReindex(cli, of('reindex', 'Read every file anew, and embed what is not embedded yet.'));
}

function addList(cli: Cli, command: Command): void {
  does<OfAgent>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const result = await client.call('memory.list', { agentId: options.agent }, signal);
    output.result(result, () =>
      result.files.length === 0
        ? ['Nothing is remembered yet.']
        : toTable(
            ['File', 'Bytes', 'Changed', 'Of'],
            result.files.map(({ path, bytes, updatedAt, person, shared }) => [
              path,
              String(bytes),
              toTimeText(updatedAt),
              [person ?? '', shared.length === 0 ? '' : `shared with ${shared.join(', ')}`]
                .filter((part) => part !== '')
                .join('; '),
            ]),
            output.paint,
          ),
    );
  });
}

/** `MEMORY.md#L3-L5`, as a citation has it. */
function parsePlace(place: string): { path: string; from?: number; to?: number } {
  const [, path = place, from, to = from] = /^(.+)#L(\d+)(?:-L(\d+))?$/.exec(place) ?? [];
  return from === undefined ? { path } : { path, from: Number(from), to: Number(to) };
}

const placeHelp = 'the file, with lines too: MEMORY.md#L3-L5';

function addShow(cli: Cli, command: Command): void {
  command.argument('<file>', placeHelp);
  does<OfAgent>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [place = ''], options }) => {
      const client = await connect();
      const params = { agentId: options.agent, ...parsePlace(place) };
      const result = await client.call('memory.get', params, signal);
      output.result(result, () => [plain(result.text.trimEnd())]);
    },
  );
}

function addSearch(cli: Cli, command: Command): void {
  command
    .argument('<words...>', 'a question or a few words')
    .option('-n, --limit <count>', 'how many', toCount, 10);
  does<OfAgent & { limit: number }>(
    cli,
    command,
    async ({ connect, output, signal }, { args, options }) => {
      const client = await connect();
      const { agent: agentId, limit } = options;
      const query = args.join(' ');
      const result = await client.call('memory.search', { agentId, query, limit }, signal);
      output.result(result, () => describeHits(result, output.paint));
      if (result.reason !== undefined) output.note(result.reason);
    },
  );
}

function describeHits({ hits }: ResultOf<'memory.search'>, paint: Paint): readonly string[] {
  if (hits.length === 0) return ['Nothing that is remembered fits.'];
  return hits.map(({ citation, heading, text, taint }) => {
    const place = heading === '' ? '' : ` ${plain(heading)}`;
    const origin = taint.length === 0 ? '' : paint('red', ` (from: ${taint.join(', ')})`);
    const lines = plain(text).split('\n');
    return [
      `${paint('bold', plain(citation))}${paint('dim', place)}${origin}`,
      ...lines.map((line) => `  ${line}`),
    ].join('\n');
  });
}

function addEdit(cli: Cli, command: Command): void {
  command.argument('<file>', 'MEMORY.md or memory/<name>.md; a new one is made');
  does<OfAgent>(cli, command, async (job, { args: [path = ''], options }) => {
    const { context, signal, output } = job;
    const client = await job.connect();
    const before = await findText(client, { agentId: options.agent, path }, signal);
    const save = async (text: string): Promise<void> => {
      if (text === before?.text) return output.result({ hash: before.hash }, () => ['Unchanged.']);
      const base = { agentId: options.agent, path, baseHash: before?.hash };
      const result = await client.call('memory.write', { ...base, text }, signal);
      output.result(result, () => [`"${path}" is written.`]);
    };
    if (context.stdin.isTTY === true)
      await context.editText({ name: path, text: before?.text ?? '' }, save);
    else await save(await readAll(context.stdin));
  });
}

/** What a file holds now; undefined where there is none. */
async function findText(
  client: Client,
  params: { agentId?: string | undefined; path: string },
  signal: Job['signal'],
): Promise<ResultOf<'memory.get'> | undefined> {
  try {
    return await client.call('memory.get', params, signal);
  } catch (error) {
    if (isCuttleError(error, 'memory.not-found')) return undefined;
    throw error;
  }
}

function addRemove(cli: Cli, command: Command): void {
  command.argument('<file>', placeHelp);
  does<OfAgent>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [place = ''], options }) => {
      const client = await connect();
      const { path, ...lines } = parsePlace(place);
      const agentId = options.agent;
      const { hash } = await client.call('memory.get', { agentId, path }, signal);
      const params = { agentId, path, baseHash: hash, ...lines };
      const result = await client.call('memory.remove', params, signal);
      output.result(result, () => [`Removed: ${plain(place)}`]);
    },
  );
}

function addStatus(cli: Cli, command: Command): void {
  does<OfAgent>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const result = await client.call('memory.status', { agentId: options.agent }, signal);
    output.result(result, () => describeStatus(result));
  });
}

function addReindex(cli: Cli, command: Command): void {
  does<OfAgent>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const result = await client.call('memory.reindex', { agentId: options.agent }, signal);
    output.result(result, () => describeStatus(result));
  });
}

function describeStatus(status: ResultOf<'memory.status'>): readonly string[] {
  const { files, chunks, embedded, model, mode, reason, watching, problems } = status;
  return [
    `files      ${files} with ${chunks} passages`,
    `search     ${mode === 'hybrid' ? 'by words and by meaning' : 'by words'}`,
    ...(model === undefined ? [] : [`meaning    ${model}, ${embedded} of ${chunks} passages`]),
    ...(reason === undefined ? [] : [`           ${reason}`]),
    `changes    ${watching ? 'heard of at once' : 'looked for with each search'}`,
    ...problems.map(({ path, message }) => `problem    ${plain(path)}: ${plain(message)}`),
  ];
}
