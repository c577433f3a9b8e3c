import { type CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent, ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import {
  cut,
  endEarly,
  failWith,
  malformed,
  overloaded,
  rateLimited,
  stall,
  streamError,
} from './http-fault.ts';
import { type ModelTurn, type ScriptedModel, scriptedModel } from './scripted-model.ts';
import { finish, text, thinking, toolCall } from './scripted-turns.ts';

const request: ModelRequest = {
  model: 'm1',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
};

async function play(model: ScriptedModel, signal: AbortSignal): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(request, signal)) events.push(event);
  return events;
}

const { signal } = new AbortController();

async function failureOf(turn: ModelTurn): Promise<CuttleError> {
  const error: unknown = await play(scriptedModel([turn]), signal).catch(
    (caught: unknown) => caught,
  );
  if (!isCuttleError(error)) throw new TypeError('Not a CuttleError', { cause: error });
  return error;
}

describe('scriptedModel', () => {
  it('streams a turn as the events of the port', async () => {
    const model = scriptedModel([
      [
        thinking('Let '),
        thinking('me.', { signature: 's' }),
        text('a'),
        text('b'),
        toolCall('add', { a: 1 }),
        toolCall('sub', {}, { callId: 'x', inputText: '{"a":' }),
        text('c'),
        finish('tool-calls', { usage: { inputTokens: 7, outputTokens: 9 } }),
      ],
    ]);

    const events = await play(model, signal);

    expect(events).toEqual([
      { type: 'thinking.delta', blockId: 'b1', text: 'Let ' },
      { type: 'thinking.delta', blockId: 'b1', text: 'me.' },
      { type: 'thinking.end', blockId: 'b1', signature: 's' },
      { type: 'text.delta', blockId: 'b2', text: 'a' },
      { type: 'text.delta', blockId: 'b2', text: 'b' },
      { type: 'tool.call', callId: 'c1', name: 'add', input: { a: 1 } },
      { type: 'tool.call', callId: 'x', name: 'sub', input: '{"a":' },
      { type: 'text.delta', blockId: 'b3', text: 'c' },
      { type: 'finish', reason: 'tool-calls', usage: { inputTokens: 7, outputTokens: 9 } },
    ]);
    expect(model.requests).toEqual([request]);
    model.assertDone();
  });

  it('finishes a turn that does not say how', async () => {
    const model = scriptedModel([[text('a')], [toolCall('add')]]);

    const events = [...(await play(model, signal)), ...(await play(model, signal))];

    expect(events.filter(({ type }) => type === 'finish')).toMatchObject([
      { reason: 'stop', usage: { outputTokens: 1 } },
      { reason: 'tool-calls' },
    ]);
  });

  it.each([
    ['429', rateLimited(2), 'provider.rate-limited'],
    ['529', overloaded(), 'provider.overloaded'],
    ['401', failWith(401), 'provider.auth'],
    ['a cut', [text('a'), cut()], 'provider.network'],
    ['an early end', [text('a'), endEarly()], 'provider.network'],
    ['an event that is no JSON', [malformed()], 'provider.invalid'],
    ['an error in the stream', [streamError()], 'provider.overloaded'],
  ] as const)('makes of %s the error of a right adapter', async (_what, turn, code) => {
    const error = await failureOf(turn);

    expect(error.code).toBe(code);
  });

  it('tells when to come back', async () => {
    const error = await failureOf(rateLimited(2));

    expect(error.retryAfterMs).toBe(2000);
  });

  it('throws an error of the script as it is', async () => {
    const own = new TypeError('mine');

    await expect(play(scriptedModel([own]), signal)).rejects.toBe(own);
  });

  it('asks for nothing before the first pull, and is closed when the reader leaves', async () => {
    const model = scriptedModel([[text('a'), text('b')]]);
    const stream = model.stream(request, signal);
    expect(model.requests).toEqual([]);

    for await (const event of stream) {
      expect(event).toMatchObject({ text: 'a' });
      expect(model.open).toBe(1);
      break;
    }

    expect(model.open).toBe(0);
  });

  it.each([
    ['stalls', [stall()]],
    ['waits', [text('a', { delayMs: 60_000 })]],
  ] as const)('rejects with the reason of an abort while it %s', async (_how, turn) => {
    const stop = new AbortController();
    const model = scriptedModel([turn]);

    const failed = play(model, stop.signal);
    stop.abort('enough');

    await expect(failed).rejects.toBe('enough');
    expect(model.open).toBe(0);
  });

  it('rejects between two deltas after an abort', async () => {
    const stop = new AbortController();
    const stream = scriptedModel([[text('a'), text('b')]]).stream(request, stop.signal);
    const iterator = stream[Symbol.asyncIterator]();

    await iterator.next();
    stop.abort('enough');

    await expect(iterator.next()).rejects.toBe('enough');
  });

  it('is not content with turns left over, nor with a call without a turn', async () => {
    const left = scriptedModel([[text('a')]]);
    const empty = scriptedModel(() => undefined);

    expect(() => left.assertDone()).toThrow('1 scripted turns were not asked for');
    await expect(play(empty, signal)).rejects.toThrow('Call 1 of the scripted model has no turn');
    expect(() => empty.assertDone()).toThrow('Call 1 of the scripted model has no turn');
  });

  it('decides by a function, and lists its models', async () => {
    const model = scriptedModel(({ model: name }) => [text(name)], { models: [{ id: 'm9' }] });

    expect(await play(model, signal)).toMatchObject([{ text: 'm1' }, { type: 'finish' }]);
    expect(await model.models(signal)).toEqual([{ id: 'm9' }]);
  });
});
