import type { HistoryEntry } from '@cuttle/core-types/protocol';
import type { EntryPlace } from '../sessions/session-acts.ts';
import type { AnswerTurn, UserTurn } from './turns.ts';

/** The place that a message stands for: just behind an answer, or just before a person's words, which are given along. */
export function findPlace(
  turn: UserTurn | AnswerTurn,
  history: { readonly entries: readonly HistoryEntry[]; readonly before: number | undefined },
): Omit<EntryPlace, 'sessionKey'> {
  const { seq = 0 } = turn;
  if (turn.kind === 'answer') return { uptoSeq: seq };
  const words = turn.text === '' ? undefined : turn.text;
  const before = history.entries.findLast((entry) => entry.seq < seq);
  // What is not loaded is the entry right before, unless a rewind left that out; then the gateway says so.
  if (!before) return { uptoSeq: history.before === undefined ? 0 : seq - 1, words };
  return { uptoSeq: before.past === true ? 0 : before.seq, words };
}
