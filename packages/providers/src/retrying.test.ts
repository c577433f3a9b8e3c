import { CuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent, ModelProvider } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { collectAnswer } from './contract/collect-answer.ts';
import { createRetrying } from './retrying.ts';

const request = { model: 'm', messages: [], tools: [] };
const finish: ModelEvent = {
  type: 'finish',
  reason: 'stop',
  usage: { inputTokens: 1, outputTokens: 1 },
};
const word: ModelEvent = { type: 'text.delta', blockId: '0', text: 'hi' };

/** Answers each call with the next script: events, and an error to end with. */
function scripted(
  turns: readonly (readonly (ModelEvent | Error)[])[],
): ModelProvider & { calls: number } {
  const provider = {
    id: 'p',
    dialect: 'd',
    calls: 0,
    async *stream() {
      const turn = turns[provider.calls] ?? [];
      provider.calls += 1;
      for (const event of turn) {
        if (event instanceof Error) throw event;
        yield event;
      }
    },
    async models() {
      provider.calls += 1;
      const [first] = turns[provider.calls - 1] ?? [];
      if (first instanceof Error) throw first;
      return [{ id: 'm' }];
    },
  };
  return provider;
}

function patience(random = 1): {
  slept: number[];
  clock: { sleep(ms: number): Promise<void> };
  random(): number;
} {
  const slept: number[] = [];
  return { slept, random: () => random, clock: { sleep: async (ms) => void slept.push(ms) } };
}

const overloaded = new CuttleError('provider.overloaded', 'busy');
const signal = new AbortController().signal;

describe('a retrying provider', () => {
  it('asks again after failures that may pass, waiting twice as long each time', async () => {
    const provider = scripted([[overloaded], [overloaded], [word, finish]]);
    const deps = patience();
    const { events, error } = await collectAnswer(
      createRetrying(provider, deps).stream(request, signal),
    );
    expect(error).toBeUndefined();
    expect(events).toEqual([word, finish]);
    expect(deps.slept).toEqual([500, 1000]);
  });

  it('spreads the waits by chance', async () => {
    const deps = patience(0.5);
    await collectAnswer(
      createRetrying(scripted([[overloaded], [finish]]), deps).stream(request, signal),
    );
    expect(deps.slept).toEqual([250]);
  });

  it('waits at least as long as the service says', async () => {
    const limited = new CuttleError('provider.rate-limited', 'wait', { retryAfterMs: 1000 });
    for (const random of [0, 1]) {
      const deps = patience(random);
      await collectAnswer(
        createRetrying(scripted([[limited], [finish]]), deps).stream(request, signal),
      );
      expect(deps.slept).toEqual([1000 + 100 * random]);
    }
  });

  it('does not wait for a service that asks for more patience than there is', async () => {
    const limited = new CuttleError('provider.rate-limited', 'wait', { retryAfterMs: 60_001 });
    const provider = scripted([[limited], [finish]]);
    const deps = patience();
    const { error } = await collectAnswer(createRetrying(provider, deps).stream(request, signal));
    expect(error).toBe(limited);
    expect(deps.slept).toEqual([]);
  });

  it('gives up after the last attempt with the last failure', async () => {
    const provider = scripted([[overloaded], [overloaded], [finish]]);
    const stream = createRetrying(provider, { ...patience(), maxAttempts: 2 }).stream(
      request,
      signal,
    );
    expect((await collectAnswer(stream)).error).toBe(overloaded);
    expect(provider.calls).toBe(2);
  });

  it('does not repeat an answer that has begun', async () => {
    const provider = scripted([
      [word, overloaded],
      [word, finish],
    ]);
    const { events, error } = await collectAnswer(
      createRetrying(provider, patience()).stream(request, signal),
    );
    expect(events).toEqual([word]);
    expect(error).toBe(overloaded);
    expect(provider.calls).toBe(1);
  });

  it.each([new CuttleError('provider.auth', 'no'), new TypeError('a bug')])(
    'does not repeat what will not pass: %s',
    async (failure) => {
      const provider = scripted([[failure], [finish]]);
      const { error } = await collectAnswer(
        createRetrying(provider, patience()).stream(request, signal),
      );
      expect(error).toBe(failure);
      expect(provider.calls).toBe(1);
    },
  );

  it('ends with the reason of an abort', async () => {
    const controller = new AbortController();
    const reason = new Error('stop');
    const deps = { ...patience(), clock: { sleep: async () => controller.abort(reason) } };
    const stream = createRetrying(scripted([[overloaded], [overloaded]]), deps);
    const { error } = await collectAnswer(stream.stream(request, controller.signal));
    expect(error).toBe(reason);
  });

  it('lists models as patiently', async () => {
    const deps = patience();
    expect(await createRetrying(scripted([[overloaded], []]), deps).models(signal)).toEqual([
      { id: 'm' },
    ]);
    expect(deps.slept).toEqual([500]);
  });
});
