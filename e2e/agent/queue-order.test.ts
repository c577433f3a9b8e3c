import { type QueueMode, textOf } from '@cuttle/core-types';
import type { ModelCall, Turn } from '@cuttle/testkit';
import { text, toolCall } from '@cuttle/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Who waits for the model, oldest first; an answer is given when the play says so. */
const pending: { readonly call: ModelCall; answer(turn: Turn): void }[] = [];
let asked = Promise.withResolvers<false>();
let gateway: OpenGateway;

beforeAll(async () => {
  gateway = await openGateway({
    script: (call) => {
      const { promise, resolve } = Promise.withResolvers<Turn>();
      pending.push({ call, answer: resolve });
      asked.resolve(false);
      asked = Promise.withResolvers();
      return promise;
    },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const mode = fc.constantFrom<QueueMode>('followup', 'collect', 'steer', 'interrupt');
const move = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('say' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('choose' as const), mode }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('answer' as const), withCall: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Move = typeof move extends fc.Arbitrary<infer Value> ? Value : never;

interface Said {
  readonly words: string;
  readonly runId: string;
  readonly mode: QueueMode;
}

interface Play {
  readonly sessionKey: string;
  readonly said: Said[];
  /** The words of every call of the model, by the order of the calls. */
  readonly seen: string[][];
  mode: QueueMode;
  count: number;
}

async function take(play: Play, next: Move): Promise<unknown> {
  switch (next.do) {
    case 'say': {
      const words = `word-${play.said.length + 1}.`;
      const { runId } = await send(play, words);
      return play.said.push({ words, runId, mode: play.mode });
    }
    case 'choose':
      await send(play, `/queue ${next.mode}`);
      play.mode = next.mode;
      return;
    case 'answer':
      return answer(play, next.withCall);
    case 'settle':
      return new Promise(setImmediate);
    case 'restart':
      // Calls of a life that ends are never answered.
      pending.length = 0;
      return gateway.restart();
  }
}

function send(play: Play, message: string): Promise<{ runId: string }> {
  play.count += 1;
  const { sessionKey } = play;
  const idempotencyKey = `${sessionKey}:${play.count}`;
  return gateway.server.call('chat.send', { sessionKey, message, idempotencyKey });
}

function answer(play: Play, withCall: boolean): void {
  const waiting = pending.shift();
  if (!waiting) return;
  // What follows each other from one side is one message of this dialect.
  const words = waiting.call.messages.flatMap(({ role, text: told }) =>
    role === 'user' ? told.split('\n\n') : [],
  );
  play.seen.push(words);
  waiting.answer(withCall ? [toolCall('current_time')] : [text(`Answer ${play.seen.length}.`)]);
}

/** Answers whatever is asked until every message has its end. */
async function finish(play: Play): Promise<void> {
  const settled = Promise.all(
    play.said.map(({ runId }) => gateway.server.call('agent.wait', { runId, timeoutMs: 60_000 })),
  );
  const done = settled.then(() => true);
  for (;;) {
    if (pending.length > 0) answer(play, false);
    else if (await Promise.race([done, asked.promise])) return;
  }
}

it('tells what waits, in order', async () => {
  const play: Play = {
    sessionKey: 'agent:main:told',
    said: [],
    seen: [],
    mode: 'followup',
    count: 0,
  };
  const called = asked.promise;
  await take(play, { do: 'say' });
  await called;
  await send(play, 'And the weather?');
  await send(play, `A long one\nwith ${'many words '.repeat(50)}`);
  const { runId } = await send(play, '/queue');
  const { text: reply } = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
  expect(reply).toContain('Messages during a run: followup.');
  expect(reply?.split('\n').slice(1)).toEqual([
    'Waiting for their turn: 2',
    '1. And the weather?',
    '2. A long one …',
  ]);
  await finish(play);
});

it('answers or merges every message, in order, whatever mode its queue is in', async () => {
  let plays = 0;
  await fc.assert(
    fc.asyncProperty(
      mode,
      fc.array(move, { minLength: 4, maxLength: 24, size: 'max' }),
      async (first, moves) => {
        plays += 1;
        const sessionKey = `agent:main:play-${plays}`;
        const play: Play = { sessionKey, said: [], seen: [], mode: first, count: 0 };
        await take(play, { do: 'choose', mode: first });
        for (const next of moves) await take(play, next);
        await finish(play);
        await expectAnswered(play);
        await expectOrder(play);
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
});

async function expectAnswered({ said, seen }: Play): Promise<void> {
  for (const { words, runId } of said) {
    const fate = await gateway.server.call('messages.fate', { id: runId });
    expect({ words, state: fate.state }).toEqual({ words, state: 'answered' });
    // Some call of the model held it: nothing is answered that was not read.
    expect(seen.some((call) => call.includes(words))).toBe(true);
  }
}

/** Each message is in the history once; only what steers or interrupts passes what waits for its own turn. */
async function expectOrder({ sessionKey, said }: Play): Promise<void> {
  const { entries } = await gateway.server.call('chat.history', { sessionKey, limit: 500 });
  const messages = entries.flatMap((entry) => entry.messages);
  const told = messages.filter(({ role }) => role === 'user').map(textOf);
  expect(told.toSorted()).toEqual(said.map(({ words }) => words).toSorted());
  expect(messages.at(-1)?.role).toBe(said.length > 0 ? 'assistant' : undefined);
  const places = said.map(({ words }) => told.indexOf(words));
  const passing: ReadonlySet<QueueMode> = new Set(['steer', 'interrupt']);
  const wronged = said.flatMap((earlier, at) =>
    said.slice(at + 1).flatMap((later, more) => {
      const inOrder = (places[at] ?? -1) < (places[at + 1 + more] ?? -1);
      const mayPass = passing.has(later.mode) && !passing.has(earlier.mode);
      return inOrder || mayPass ? [] : [{ earlier, later }];
    }),
  );
  expect(wronged).toEqual([]);
}
