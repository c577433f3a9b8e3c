import type { FollowedRun } from '@cuttle/client';
import { emptyRun, reduceRun, type RunEvent } from '@cuttle/core-types';
import type { HistoryEntry } from '@cuttle/core-types/protocol';
import { describe, expect, it } from 'vitest';
import type { Fate } from '../conversation/fates.ts';
import { type LiveState, type PendingMessage, toLiveTurns } from './live-turns.ts';
import { withFates, withNotes } from './page-turns.ts';
import { toStoredTurns } from './stored-turns.ts';
import { type Turn, wordsOf } from './turns.ts';

const at = '2026-11-21T10:00:00.000Z';
const same = (inboundId: string): string => inboundId;

function asked(seq: number, inboundId: string, text: string, runId = inboundId): HistoryEntry {
  return {
    seq,
    inboundId,
    runId,
    at,
    messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
  };
}
function answered(seq: number, runId: string, step: number, text: string): HistoryEntry {
  return {
    seq,
    runId,
    step,
    at,
    messages: [{ role: 'assistant', parts: [{ type: 'text', text }] }],
  };
}
function called(seq: number, runId: string, step: number, callId: string): HistoryEntry {
  const parts = [
    { type: 'thinking' as const, text: 'Hm.' },
    { type: 'text' as const, text: 'I look.' },
    { type: 'tool-call' as const, callId, name: 'look', input: { where: 'here' } },
  ];
  return { seq, runId, step, at, messages: [{ role: 'assistant', parts }] };
}
function returned(seq: number, runId: string, step: number, callId: string): HistoryEntry {
  const content = [{ type: 'text' as const, text: 'found' }];
  const parts = [{ type: 'tool-result' as const, callId, name: 'look', ok: true, content }];
  return { seq, runId, step, at, messages: [{ role: 'tool', parts }] };
}
function run(
  runId: string,
  events: readonly RunEvent[],
  approvals: FollowedRun['approvals'] = [],
): FollowedRun {
  return { runId, view: events.reduce(reduceRun, emptyRun), approvals };
}
function live(change: Partial<LiveState['session']>, rest: Partial<LiveState> = {}): LiveState {
  return {
    session: { runs: [], queued: [], activeRunId: undefined, ...change },
    pending: [],
    approvals: [],
    keyOf: same,
    callNote: () => undefined,
    ...rest,
  };
}
function pending(id: string, text: string, change: Partial<PendingMessage> = {}): PendingMessage {
  return {
    id,
    text,
    attachments: [],
    at,
    state: 'sending',
    reason: undefined,
    inboundId: undefined,
    ...change,
  };
}
/** A conversation in short: who said what, in which state. */
function short(turns: readonly Turn[]): string[] {
  return turns.map((turn) => {
    if (turn.kind === 'user') return `user ${turn.state}: ${turn.text}`;
    if (turn.kind === 'note') return `note: ${turn.text}`;
    const parts = turn.parts.map((part) =>
      part.kind === 'call' ? `<${part.name} ${part.state}>` : part.text,
    );
    return `answer ${turn.state}: ${parts.join(' ')}`;
  });
}
const start: RunEvent = { type: 'run.start', model: 'm' };
const say = (blockId: string, text: string): RunEvent => ({ type: 'text.delta', blockId, text });

describe('toStoredTurns', () => {
  it('makes one answer of the steps of a run, with results at their calls', () => {
    const turns = toStoredTurns(
      [
        asked(1, 'a', 'Where?'),
        called(2, 'a', 0, 'c1'),
        returned(3, 'a', 0, 'c1'),
        answered(4, 'a', 1, 'Here.'),
      ],
      same,
    );
    expect(short(turns)).toEqual([
      'user taken: Where?',
      'answer ended: Hm. I look. <look done> Here.',
    ]);
    expect(turns[1]).toMatchObject({
      key: 'run:a',
      seq: 4,
      parts: [{ key: 'a/0.0' }, { key: 'a/0.1' }, { output: 'found' }, { key: 'a/1.0' }],
    });
  });

  it('divides an answer where a message was taken up between its steps', () => {
    const turns = toStoredTurns(
      [
        asked(1, 'a', 'Go.'),
        answered(2, 'a', 0, 'Going.'),
        asked(3, 'b', 'Faster!', 'a'),
        answered(4, 'a', 1, 'Faster.'),
      ],
      same,
    );
    expect(turns.map(({ key }) => key)).toEqual(['in:a', 'run:a', 'in:b', 'run:a:1']);
  });

  it('says that an answer was cut off', () => {
    const cut: HistoryEntry = {
      seq: 2,
      runId: 'a',
      step: 0,
      at,
      messages: [{ role: 'assistant', partial: true, parts: [{ type: 'text', text: 'Hal' }] }],
    };
    expect(toStoredTurns([asked(1, 'a', 'x'), cut], same)[1]).toMatchObject({
      outcome: { status: 'aborted' },
    });
  });

  it('names what came with a message', () => {
    const source = { kind: 'blob', sha256: 'x' } as const;
    const parts = [
      { type: 'image', mimeType: 'image/png', source },
      { type: 'document', mimeType: 'text/plain', name: 'a.txt', source },
    ] as const;
    const entry: HistoryEntry = {
      seq: 1,
      inboundId: 'a',
      at,
      messages: [{ role: 'user', parts: [...parts] }],
    };
    expect(toStoredTurns([entry], same)[0]).toMatchObject({
      text: '',
      attachments: ['image', 'a.txt'],
    });
  });

  it('says where the gateway has it, and of what a messenger holds nothing', () => {
    const sha256 = 'ab'.repeat(32);
    const source = { kind: 'blob', sha256 } as const;
    const held = { kind: 'channel', inboundId: 'a', index: 0, accountId: 'x', ref: null } as const;
    const parts = [
      { type: 'image', mimeType: 'image/png', source },
      { type: 'document', mimeType: 'text/html', name: 'a&b.html', source },
      { type: 'document', mimeType: 'image/svg+xml', name: 'x.svg', source },
      { type: 'audio', mimeType: 'audio/ogg', voice: true, source },
      { type: 'image', mimeType: 'image/png', source: { kind: 'blob', sha256: '../x' } },
      { type: 'image', mimeType: 'image/png', source: held },
    ] as const;
    const entry: HistoryEntry = {
      seq: 1,
      inboundId: 'a',
      at,
      messages: [{ role: 'user', parts: [...parts] }],
    };
    const [turn] = toStoredTurns([entry], same);
    expect(turn?.kind === 'user' && turn.media).toEqual([
      { kind: 'image', url: `/media/${sha256}` },
      { kind: 'file', url: `/media/${sha256}?name=a%26b.html` },
      { kind: 'file', url: `/media/${sha256}?name=x.svg` },
      { kind: 'audio', url: `/media/${sha256}` },
      undefined,
      undefined,
    ]);
  });
});

describe('toLiveTurns', () => {
  const question = toStoredTurns([asked(1, 'a', 'Where?')], same);

  it('puts what a run says below the message it answers, under the keys its entries will have', () => {
    const turns = toLiveTurns(
      question,
      live({ runs: [run('a', [start, say('0.0', 'He'), say('0.0', 're.')])], activeRunId: 'a' }),
    );
    expect(short(turns)).toEqual(['user taken: Where?', 'answer running: Here.']);
    const stored = toStoredTurns([asked(1, 'a', 'Where?'), answered(2, 'a', 0, 'Here.')], same);
    expect(turns.map(({ key }) => key)).toEqual(stored.map(({ key }) => key));
    expect(turns[1]).toMatchObject({ parts: [{ key: 'a/0.0' }] });
    expect(stored[1]).toMatchObject({ parts: [{ key: 'a/0.0' }] });
  });

  it('shows a run of which nothing was heard yet as working', () => {
    expect(short(toLiveTurns(question, live({ activeRunId: 'a' })))).toEqual([
      'user taken: Where?',
      'answer running: ',
    ]);
  });

  it('shows the message that a run took up before the entries tell which', () => {
    const queued = [
      { inboundId: 'b', text: 'first', at },
      { inboundId: 'c', text: 'second', at },
    ];
    const turns = toLiveTurns(
      [],
      live({ queued, runs: [run('r', [start, say('0.0', 'Yes')])], activeRunId: 'r' }),
    );
    expect(short(turns)).toEqual([
      'user taken: first',
      'answer running: Yes',
      'user waiting: second',
    ]);
  });

  it('goes on with an answer whose first steps are stored, and joins its calls', () => {
    const stored = toStoredTurns([asked(1, 'a', 'Where?'), called(2, 'a', 0, 'c1')], same);
    const events: RunEvent[] = [
      start,
      { type: 'tool.call', step: 0, index: 0, callId: 'c1', name: 'look', input: {} },
      say('1.0', 'Soon.'),
    ];
    const turns = toLiveTurns(stored, live({ runs: [run('a', events)], activeRunId: 'a' }));
    expect(short(turns)).toEqual([
      'user taken: Where?',
      'answer running: Hm. I look. <look running> Soon.',
    ]);
  });

  it('puts calls between the words of their steps', () => {
    const events: RunEvent[] = [
      say('0.0', 'One.'),
      { type: 'tool.call', step: 0, index: 0, callId: 'c1', name: 'look', input: {} },
      { type: 'tool.call', step: 0, index: 1, callId: 'c2', name: 'ask', input: {} },
      say('1.0', 'Two.'),
    ];
    const places = new Map([
      ['c1', { step: 0, index: 0, progress: undefined }],
      ['c2', { step: 0, index: 1, progress: 'half' }],
    ]);
    const callNote = (callId: string): ReturnType<LiveState['callNote']> => places.get(callId);
    const turns = toLiveTurns(
      question,
      live({ runs: [run('a', events)], activeRunId: 'a' }, { callNote }),
    );
    expect(short(turns)[1]).toBe('answer running: One. <look running> <ask running> Two.');
    expect(turns[1]).toMatchObject({ parts: [{}, {}, { progress: 'half' }, {}] });
  });

  it('asks at the call that waits, whether the run told of it or the list did', () => {
    const stored = toStoredTurns([asked(1, 'a', 'Where?'), called(2, 'a', 0, 'c1')], same);
    const parked = run('a', [start, { type: 'run.park', reason: { kind: 'approval', ref: 'p1' } }]);
    const told = {
      ...parked,
      approvals: [{ approvalId: 'p1', step: 0, index: 0, name: 'look', input: {} }],
    };
    const listed = [{ approvalId: 'p1', runId: 'a', tool: 'look', input: { where: 'here' } }];
    const expected = ['user taken: Where?', 'answer parked: Hm. I look. <look asking>'];
    expect(short(toLiveTurns(stored, live({ runs: [told], activeRunId: 'a' })))).toEqual(expected);
    expect(
      short(toLiveTurns(stored, live({ runs: [parked], activeRunId: 'a' }, { approvals: listed }))),
    ).toEqual(expected);
    expect(short(toLiveTurns(stored, live({ activeRunId: 'a' }, { approvals: listed })))).toEqual(
      expected,
    );
    expect(
      short(toLiveTurns(question, live({ runs: [told], activeRunId: 'a' }, { approvals: listed }))),
    ).toEqual(['user taken: Where?', 'answer parked: <look asking>']);
  });

  it('keeps a failed run at its message when later ones are answered', () => {
    const failed = run('a', [
      start,
      { type: 'run.end', outcome: { status: 'failed', error: { code: 'x', message: 'No.' } } },
    ]);
    const stored = toStoredTurns(
      [asked(1, 'a', 'One'), asked(2, 'b', 'Two'), answered(3, 'b', 0, '2.')],
      same,
    );
    const turns = toLiveTurns(stored, live({ runs: [failed] }));
    expect(short(turns)).toEqual([
      'user taken: One',
      'answer ended: ',
      'user taken: Two',
      'answer ended: 2.',
    ]);
  });

  it('shows a message of this page once, under one key, from sending to stored', () => {
    const key = 'in:k1';
    const queued = [{ inboundId: 'i1', text: 'hello', at }];
    const keyOf = (id: string): string => (id === 'i1' ? 'k1' : id);
    const stages = [
      toLiveTurns([], live({}, { pending: [pending('k1', 'hello')] })),
      // The event came before the answer of `chat.send`.
      toLiveTurns([], live({ queued }, { pending: [pending('k1', 'hello')] })),
      toLiveTurns([], live({}, { pending: [pending('k1', 'hello', { inboundId: 'i1' })] })),
      toLiveTurns(
        [],
        live({ queued }, { pending: [pending('k1', 'hello', { inboundId: 'i1' })], keyOf }),
      ),
      toLiveTurns(toStoredTurns([asked(1, 'i1', 'hello')], keyOf), live({}, { keyOf })),
    ];
    expect(stages.map((turns) => turns.map((turn) => turn.key))).toEqual(stages.map(() => [key]));
    expect(stages.map((turns) => short(turns)[0])).toEqual([
      'user sending: hello',
      'user waiting: hello',
      'user waiting: hello',
      'user waiting: hello',
      'user taken: hello',
    ]);
  });

  it('does not take a failed message for one that is queued with the same words', () => {
    const queued = [{ inboundId: 'other', text: 'hello', at }];
    const turns = toLiveTurns(
      [],
      live({ queued }, { pending: [pending('k1', 'hello', { state: 'failed', reason: 'No.' })] }),
    );
    expect(short(turns)).toEqual(['user waiting: hello', 'user failed: hello']);
  });
});

describe('what only the page knows', () => {
  const turns = toStoredTurns(
    [asked(1, 'a', 'One'), answered(2, 'a', 0, '1.'), asked(3, 'b', 'Two')],
    same,
  );

  it('stands where it was said', () => {
    const note = { id: 'n', afterSeq: 2, at, command: '/status', text: 'Fine.' };
    expect(short(withNotes(turns, [note]))).toEqual([
      'user taken: One',
      'answer ended: 1.',
      'note: Fine.',
      'user taken: Two',
    ]);
    const later = toLiveTurns(
      [],
      live({}, { pending: [pending('k', 'Next', { at: '2026-11-21T11:00:00.000Z' })] }),
    );
    expect(short(withNotes(later, [note]))).toEqual(['note: Fine.', 'user sending: Next']);
  });

  it('tells why a message was not answered, in the words of the gateway', () => {
    const fates = new Map<string, Fate>([['b', { state: 'cancelled', reason: 'inbound.stopped' }]]);
    expect(withFates(turns, fates).at(-1)).toMatchObject({
      state: 'failed',
      reason: 'It was stopped by /stop.',
    });
    expect(
      withFates(turns, new Map([['b', { state: 'bound', reason: undefined }]])).at(-1),
    ).toMatchObject({ state: 'taken' });
  });

  it('reads an answer as text', () => {
    const [, turn] = toStoredTurns(
      [asked(1, 'a', 'x'), called(2, 'a', 0, 'c'), answered(3, 'a', 1, 'Done.')],
      same,
    );
    expect(turn?.kind === 'answer' && wordsOf(turn)).toBe('I look.\n\nDone.');
  });
});
