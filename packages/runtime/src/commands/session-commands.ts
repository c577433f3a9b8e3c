import { textOf } from '@cuttle/core-types';
import type { ControlRow, History } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { toSessionKey } from '@cuttle/sessions';
import type { Kernel } from '../kernel.ts';
import { stopDrafts } from '../stop-run.ts';
import { beginningOf } from './beginning-of.ts';
import type { CommandHandler } from './command-handler.ts';

const mostSessions = 10;

/** `/sessions [words]`: the newest ones, or those whose title or key has the words. */
export const sessionsCommand: CommandHandler = async (kernel, _row, { rest }) => {
  const search = rest.trim() === '' ? undefined : rest.trim().slice(0, 200);
  const asked = { limit: mostSessions, search, archived: false };
  const { sessions, next } = await kernel.store.reader.listSessions(asked);
  if (sessions.length === 0) return { reply: textFor('sessions.none') };
  const lines = sessions.map(({ sessionKey, title, messages, updatedAt }) =>
    textFor('sessions.row', {
      session: sessionKey,
      title: title === undefined ? '' : ` “${beginningOf(title)}”`,
      messages,
      at: new Date(updatedAt).toISOString().slice(0, 16).replace('T', ' '),
    }),
  );
  if (next !== undefined) lines.push(textFor('sessions.more'));
  return { reply: lines.join('\n') };
};

/** `/fork [title]`: the fork's key is made of the command's id, so that a command done again makes no second one. */
export const forkCommand: CommandHandler = async (kernel, row, { rest }) => {
  const session = await kernel.store.reader.findSession(row.sessionKey);
  if (!session || session.messages === 0) return { reply: textFor('command.nothing-to-fork') };
  const sessionKey = toSessionKey(`web:${row.inboundId}`, row.agentId);
  const wanted = rest.trim().slice(0, 200).toWellFormed();
  const title = wanted === '' ? forkTitle(session.title) : wanted;
  return { reply: textFor('command.forked', { session: sessionKey }), fork: { sessionKey, title } };
};

function forkTitle(title: string | undefined): string | undefined {
  return title && textFor('session.fork-title', { title }).slice(0, 200);
}

const mostTurns = 50;

/** `/rewind [count]`: back to before the last question, or several. What comes to be answered now is what waits. */
export const rewindCommand: CommandHandler = async (kernel, row, { args }) => {
  const [wanted = '1', ...more] = args;
  const count = Number(wanted);
  if (more.length > 0 || !/^\d{1,2}$/.test(wanted) || count < 1 || count > mostTurns)
    return undefined;
  const turn = await findTurn(kernel, row, count);
  if (!turn) return { reply: textFor('command.nothing-to-rewind') };
  const words = await stopDrafts(kernel, kernel.active.find(row.sessionId));
  const { turns, toEntry, text } = turn;
  return {
    reply: textFor('command.rewound', { count: turns, text: beginningOf(text) }),
    rewind: { toEntry, ...words },
  };
};

interface Turn {
  /** Fewer than asked for where the conversation has no more. */
  readonly turns: number;
  /** The entry before it; 0 where it is the first. */
  readonly toEntry: number;
  readonly text: string;
}

const pageEntries = 200;

/** The n-th last turn of the present conversation: a message with all that was said for it. Messages that were answered together are one. */
async function findTurn(
  kernel: Kernel,
  { sessionId }: Pick<ControlRow, 'sessionId'>,
  count: number,
): Promise<Turn | undefined> {
  const newest: History['entries'][number][] = [];
  let before: number | undefined;
  let turns: Turn[] = [];
  do {
    const page = await kernel.store.reader.readHistory({ sessionId, limit: pageEntries, before });
    const present = page.entries.filter(({ past }) => !past);
    newest.unshift(...present);
    turns = turnsIn(newest);
    const hasMore = present.length === page.entries.length && page.before !== undefined;
    before = hasMore ? page.before : undefined;
    // The first of those read may begin before them.
  } while (before !== undefined && turns.length <= count);
  return turns.at(count - 1) ?? turns.at(-1);
}

/** The newest first. */
function turnsIn(entries: History['entries']): Turn[] {
  const begins = entries.flatMap((entry, at) => {
    const [message] = entry.messages;
    const last = entries[at - 1];
    const isFirst = last === undefined || last.runId !== entry.runId || entry.runId === undefined;
    if (message?.role !== 'user' || !isFirst) return [];
    return [{ toEntry: last?.seq ?? 0, text: textOf(message) }];
  });
  return begins.toReversed().map((turn, at) => ({ ...turn, turns: at + 1 }));
}
