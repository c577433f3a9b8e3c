import { type HistoryEntry } from '@cuttle/core-types/protocol';
import { callsOf, textOf } from '@cuttle/core-types';
import type { Command } from 'commander';
import { type Cli, does } from '../command.ts';
import { toTable } from '../output.ts';
import { type Paint, plain } from '../paint.ts';
import { toCount } from '../count.ts';
import { toTimeText } from '../time-text.ts';
import { addSearch } from './search-sessions.ts';
import { addVerify } from './verify-sessions.ts';
import { addWholeSessions } from './whole-sessions.ts';

export function addSessions(cli: Cli): void {
  const sessions = cli.program.command('sessions').description('Look at conversations.');
  addList(cli, sessions);
  addShow(cli, sessions);
  addSearch(cli, sessions);
  addWholeSessions(cli, sessions);
  addVerify(cli, sessions);
}

interface ListOptions {
  readonly limit: number;
  readonly search?: string;
  readonly archived?: boolean;
  readonly agent?: string;
  readonly channel?: string;
}

function addList(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('list')
    .description('Show sessions, the last active first.')
    .option('-n, --limit <count>', 'how many', toCount, 50)
    .option('--search <text>', 'in titles and keys')
    .option('--agent <id>', 'of one agent')
    .option('--channel <name>', 'of one platform, or web, http, terminal')
    .option('--archived', 'archived ones');
  does<ListOptions>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const { agent, ...rest } = options;
    const params = { ...rest, ...(agent !== undefined && { agentId: agent }) };
    const result = await client.call('sessions.list', params, signal);
    output.result(result, () =>
      result.sessions.length === 0
        ? ['There are no sessions.']
        : toTable(
            ['Session', 'Messages', 'Last active', 'Title'],
            result.sessions.map(({ sessionKey, messages, updatedAt, title }) => [
              sessionKey,
              String(messages),
              toTimeText(updatedAt),
              title ?? '',
            ]),
            output.paint,
          ),
    );
  });
}

function addShow(cli: Cli, sessions: Command): void {
  const command = sessions
    .command('show')
    .argument('<key>', 'the session')
    .description('Show what was said in a session.')
    .option('-n, --limit <count>', 'how many entries, the newest', toCount, 100);
  does<{ limit: number }>(
    cli,
    command,
    async ({ connect, output, signal }, { args: [sessionKey = ''], options }) => {
      const client = await connect();
      const history = await client.call(
        'chat.history',
        { sessionKey, limit: options.limit },
        signal,
      );
      output.result(history, () => [
        ...history.entries.flatMap((entry) => describeEntry(entry, output.paint)),
        ...history.queued.map(({ text }) => output.paint('dim', `(waiting) ${plain(text)}`)),
      ]);
    },
  );
}

function describeEntry({ seq, at, messages }: HistoryEntry, paint: Paint): readonly string[] {
  return messages.flatMap((message) => {
    const head = paint('dim', `${seq} · ${toTimeText(at)} ${message.role}`);
    const text = plain(textOf(message));
    const calls = message.role === 'assistant' ? callsOf(message) : [];
    const results = message.role === 'tool' ? message.parts : [];
    return [
      ...(text === '' ? [] : [`${head}\n${text}`]),
      ...calls.map(({ name, input }) =>
        paint('dim', `  → ${name} ${plain(JSON.stringify(input))}`),
      ),
      ...results.map(({ name, ok }) => paint('dim', `  ← ${name} ${ok ? 'done' : 'failed'}`)),
    ];
  });
}
