import { readFile, writeFile } from 'node:fs/promises';
import type { ResultOf, SessionSummary } from '@cuttle/core-types/protocol';
import { CuttleError } from '@cuttle/core-types/errors';
import { type Command, Option } from 'commander';
import { type Cli, does } from '../command.ts';

/** What is done to whole sessions: made, put aside, forked, gone back in, taken out and in, taken away. */
export function addWholeSessions(cli: Cli, sessions: Command): void {
  addNew(cli, sessions);
  addMark(cli, sessions, { name: 'archive', what: 'Put a session aside.', done: 'archived' });
  addMark(cli, sessions, {
    name: 'unarchive',
    what: 'Take a session out of the archive.',
    done: 'out of the archive',
  });
  addFork(cli, sessions);
  addRewind(cli, sessions);
  addExport(cli, sessions);
  addImport(cli, sessions);
  addReset(cli, sessions);
  addDelete(cli, sessions);
}

function addNew(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('new')
    .argument('[key]', 'its key; made up where it is left out')
    .description('Make a session before anything is said in it.')
    .option('--agent <id>', 'who answers in it')
    .option('--title <text>', 'what it is called')
    .option('--model <ref>', '<provider>/<model>');
  does<{ agent?: string; title?: string; model?: string }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [sessionKey], options }) => {
      const { agent, ...rest } = options;
      const client = await connect();
      const params = {
        ...rest,
        ...(sessionKey !== undefined && { sessionKey }),
        ...(agent !== undefined && { agentId: agent }),
      };
      const result = await client.call('sessions.create', params, signal);
      const { session, created } = result;
      output.result(result, () => [
        created ? session.sessionKey : `${session.sessionKey} was there already.`,
      ]);
    },
  );
}

function addMark(
  cli: Cli,
  sessions: Command,
  { name, what, done }: { name: 'archive' | 'unarchive'; what: string; done: string },
): void {
  const command = sessions.command(name).argument('<key>', 'the session').description(what);
  does(cli, command, async ({ connect, output, signal }, { args: [sessionKey = ''] }) => {
    const client = await connect();
    const session: SessionSummary = await client.call(`sessions.${name}`, { sessionKey }, signal);
    output.result(session, () => [`${session.sessionKey} is ${done}.`]);
  });
}

function addFork(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('fork')
    .argument('<key>', 'the session to begin with')
    .description('Begin a new session with what was said in another one.')
    .option(
      '--at <entry>',
      'up to this entry, by its number; all of it where it is left out',
      toEntry,
    )
    .option('--key <key>', 'the key of the new one')
    .option('--title <text>', 'what it is called');
  does<{ at?: number; key?: string; title?: string }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [sessionKey = ''], options }) => {
      const { at, key, title } = options;
      const client = await connect();
      const params = {
        sessionKey,
        ...(at !== undefined && { atEntry: at }),
        ...(key !== undefined && { newKey: key }),
        ...(title !== undefined && { title }),
      };
      const result = await client.call('sessions.fork', params, signal);
      output.result(result, () => [
        `${result.session.sessionKey} begins with ${sessionKey} up to entry ${result.atEntry}.`,
      ]);
    },
  );
}

function addRewind(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('rewind')
    .argument('<key>', 'the session')
    .requiredOption('--to <entry>', 'the last entry that stays, by its number; 0 for none', toEntry)
    .description('Go back in a session: what came later is kept, and left out.');
  does<{ to: number }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [sessionKey = ''], options }) => {
      const client = await connect();
      const params = { sessionKey, toEntry: options.to };
      const result = await client.call('sessions.rewind', params, signal);
      output.result(result, () => [
        `${result.session.sessionKey} goes on behind entry ${result.toEntry}.`,
      ]);
    },
  );
}

/** A number of an entry, as `sessions show` tells it. */
function toEntry(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new CuttleError('request.invalid', `"${text}" is no number of an entry.`, {
    hint: '`cuttle sessions show` tells them.',
  });
}

const formats = ['json', 'markdown'] as const;

function addExport(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('export')
    .argument('<key>', 'the session')
    .description('Write the present conversation to a file or to the output.')
    .addOption(new Option('--format <format>', 'of the file').choices(formats).default(formats[0]))
    .option('-o, --output <file>', 'where to; the output where it is left out');
  does<{ format: (typeof formats)[number]; output?: string }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [sessionKey = ''], options }) => {
      const { format } = options;
      const client = await connect();
      const result: ResultOf<'sessions.export'> = await client.call(
        'sessions.export',
        { sessionKey, format },
        signal,
      );
      const { text } = result;
      if (options.output === undefined) return output.result(result, () => [text.trimEnd()]);
      const file = options.output;
      await writeFile(file, text, { flag: 'wx', signal });
      return output.result({ file }, () => [`Written to ${file}.`]);
    },
  );
}

function addImport(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('import')
    .argument('<file>', 'as `sessions export` writes it')
    .description('Make a session of an exported file. Its words count as a stranger’s.')
    .option('--key <key>', 'the key of the new session');
  does<{ key?: string }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [file = ''], options }) => {
      const text = await readFile(file, { encoding: 'utf8', signal });
      const client = await connect();
      const params = { text, ...(options.key !== undefined && { sessionKey: options.key }) };
      const result = await client.call('sessions.import', params, signal);
      const { session, mediaLeftOut } = result;
      output.result(result, () => [
        `${session.sessionKey}: ${session.messages} messages.`,
        ...(mediaLeftOut > 0 ? [`${mediaLeftOut} attachments are not stored here.`] : []),
      ]);
    },
  );
}

function addReset(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('reset')
    .argument('<key>', 'the session')
    .description('Begin a new conversation in a session; what was said stays in its history.');
  does(cli, command, async ({ connect, output, signal }, { args: [sessionKey = ''] }) => {
    const client = await connect();
    const result = await client.call('sessions.reset', { sessionKey }, signal);
    output.result(result, () => ['A new conversation begins.']);
  });
}

function addDelete(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('delete')
    .argument('<key>', 'the session')
    .description('Take a session and all that was said in it away, for good.')
    .option('--confirm', 'yes, for good');
  does<{ confirm?: boolean }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [sessionKey = ''], options }) => {
      if (!options.confirm)
        throw new CuttleError('request.invalid', 'What is deleted cannot be brought back.', {
          hint: 'Say it with --confirm, or put the session aside: `cuttle sessions archive`.',
        });
      const client = await connect();
      const result = await client.call('sessions.delete', { sessionKey, confirm: true }, signal);
      output.result(result, () => [`${sessionKey} is gone.`]);
    },
  );
}
