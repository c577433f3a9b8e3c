import { describe, expect, it } from 'vitest';
import { findPlace } from './turn-place.ts';
import type { AnswerTurn, UserTurn } from './turns.ts';

const user = (seq: number): UserTurn => ({
  kind: 'user',
  key: `seq:${seq}`,
  text: 'words',
  attachments: [],
  at: undefined,
  state: 'taken',
  reason: undefined,
  inboundId: undefined,
  runId: undefined,
  seq,
  past: false,
});
const answer: AnswerTurn = {
  kind: 'answer',
  key: 'run:1',
  runId: '1',
  parts: [],
  at: undefined,
  state: 'ended',
  outcome: undefined,
  model: undefined,
  seq: 8,
  past: false,
};
const entry = (seq: number, past?: true) => ({
  seq,
  messages: [],
  at: '2026-11-21T12:00:00.000Z',
  ...(past && { past }),
});

describe('findPlace', () => {
  it('is behind an answer', () => {
    expect(findPlace(answer, { entries: [entry(7), entry(8)], before: 6 })).toEqual({ uptoSeq: 8 });
  });

  it.each([
    ['behind the entry before, over a gap that a rewind left', [entry(2), entry(7)], undefined, 2],
    ['at the beginning for the first one', [entry(7)], undefined, 0],
    ['at the beginning for the first one since a reset', [entry(6, true), entry(7)], 3, 0],
    ['right before where the entry before is not loaded', [entry(7)], 3, 6],
  ])('is %s, with the words that were said', (_what, entries, before, uptoSeq) => {
    expect(findPlace(user(7), { entries, before })).toEqual({ uptoSeq, words: 'words' });
  });
});
