import type { Json, Origin, RunEvent } from '@cuttle/core-types';
import type { ModelEvent, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import { cut, finish, scriptedModel, text, thinking, toolCall } from '@cuttle/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callModel } from './call-model.ts';
import { collect, never, typesOf } from './testing/play-run.ts';

const request: ModelRequest = { model: 'm1', messages: [], tools: [] };
const usage = { inputTokens: 1, outputTokens: 2 };

/** A provider that says exactly these events. */
function saying(events: readonly ModelEvent[]): ModelProvider {
  return {
    id: 'p',
    dialect: 'd',
    async *stream() {
      yield* events;
    },
    models: async () => [],
  };
}

async function call(provider: ModelProvider, signal = never): Promise<RunEvent[]> {
  return collect(callModel({ provider, request, step: 3 }, signal));
}

function wordsOf(
  events: readonly (RunEvent | ModelEvent)[],
  type: 'text.delta' | 'thinking.delta',
): string {
  return events.map((event) => (event.type === type && 'text' in event ? event.text : '')).join('');
}

describe('callModel', () => {
  it('shows blocks as start, deltas, end, and ends with the whole answer', async () => {
    const model = scriptedModel([
      [
        thinking('Let me see.', { signature: 's' }),
        text('It is '),
        text('four.'),
        toolCall('add', { n: 2 }, { callId: 'x' }),
        text('!'),
        finish('tool-calls', { usage }),
      ],
    ]);
    const events = await call(model);
    expect(typesOf(events)).toEqual([
      'thinking.start',
      'thinking.delta',
      'thinking.end',
      'text.start',
      'text.delta',
      'text.delta',
      'text.end',
      'text.start',
      'text.delta',
      'text.end',
      'step.end',
    ]);
    expect(events.at(-1)).toEqual({
      type: 'step.end',
      step: 3,
      finish: 'tool-calls',
      usage,
      model: 'scripted/m1',
      message: {
        role: 'assistant',
        origin: { dialect: 'scripted', provider: 'scripted', model: 'm1' },
        parts: [
          { type: 'thinking', text: 'Let me see.', signature: 's' },
          { type: 'text', text: 'It is four.' },
          { type: 'tool-call', callId: 'x', name: 'add', input: { n: 2 } },
          { type: 'text', text: '!' },
        ],
      },
    });
  });

  it('keeps opaque blocks and data in their places', async () => {
    const part = {
      type: 'opaque',
      origin: { dialect: 'd', provider: 'p', model: 'm' },
      value: { a: 1 },
    } as const;
    const events = await call(
      saying([
        { type: 'opaque', part },
        { type: 'thinking.end', blockId: '1', redacted: 'xyz' },
        { type: 'tool.call', callId: 'c', name: 'add', input: {}, opaque: 'sig' },
        { type: 'finish', reason: 'tool-calls', usage },
      ]),
    );
    expect(events).toMatchObject([
      {
        message: {
          parts: [
            part,
            { type: 'thinking', text: '', redacted: 'xyz' },
            { type: 'tool-call', opaque: 'sig' },
          ],
        },
      },
    ]);
  });

  it('goes on with a block that the service comes back to', async () => {
    const events = await call(
      saying([
        { type: 'text.delta', blockId: 'a', text: '1' },
        { type: 'thinking.delta', blockId: 'a', text: 'hm' },
        { type: 'text.delta', blockId: 'a', text: '2' },
        { type: 'text.delta', blockId: 'b', text: '' },
        { type: 'finish', reason: 'stop', usage },
      ]),
    );
    expect(events.at(-1)).toMatchObject({
      message: {
        parts: [
          { type: 'text', text: '12' },
          { type: 'thinking', text: 'hm' },
        ],
      },
    });
  });

  it('takes a stop for tool calls without any as the end of the answer', async () => {
    const events = await call(saying([{ type: 'finish', reason: 'tool-calls', usage }]));
    expect(events).toMatchObject([{ type: 'step.end', finish: 'stop' }]);
  });

  it('fails when the stream ends without a finish', async () => {
    const stopped = call(saying([{ type: 'text.delta', blockId: '1', text: 'a' }]));
    await expect(stopped).rejects.toMatchObject({ code: 'provider.invalid' });
  });

  it('passes on a failure and an abort', async () => {
    await expect(call(scriptedModel([[text('a'), cut()]]))).rejects.toMatchObject({
      code: 'provider.network',
    });
    const model = scriptedModel([[text('a')]]);
    await expect(call(model, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(model.open).toBe(0);
  });

  it('closes the request when the reader leaves, and reads nothing after the finish', async () => {
    const model = scriptedModel([[text('a'), text('b')]]);
    const reader = callModel({ provider: model, request, step: 1 }, never);
    await reader.next();
    expect(model.open).toBe(1);
    await reader.return();
    expect(model.open).toBe(0);
    const events = await call(
      saying([
        { type: 'finish', reason: 'stop', usage },
        { type: 'text.delta', blockId: 'late', text: 'late' },
      ]),
    );
    expect(typesOf(events)).toEqual(['step.end']);
  });

  it('shows every word once, in blocks that begin, go on and end', async () => {
    const delta = fc.record({
      type: fc.constantFrom('text.delta' as const, 'thinking.delta' as const),
      blockId: fc.constantFrom('0', '1', '2'),
      text: fc.string({ maxLength: 3 }),
    });
    const toolEvent = fc.record({
      type: fc.constant('tool.call' as const),
      callId: fc.string(),
      name: fc.string(),
      input: fc.constant({}),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(delta, toolEvent)), async (said) => {
        const finished = { type: 'finish' as const, reason: 'stop' as const, usage };
        const events = await call(saying([...said, finished]));
        expect(wordsOf(events, 'text.delta')).toBe(wordsOf(said, 'text.delta'));
        expect(wordsOf(events, 'thinking.delta')).toBe(wordsOf(said, 'thinking.delta'));
        const begun = new Set<string>();
        for (const event of events) {
          if (!('blockId' in event)) continue;
          if (event.type.endsWith('.start')) begun.add(event.blockId);
          expect(begun).toContain(event.blockId);
        }
      }),
    );
  });

  it('keeps the text where another goes on, and nothing else of what the first said', async () => {
    const first: Origin = { dialect: 'x', provider: 'x', model: 'x1' };
    const second: Origin = { dialect: 'y', provider: 'y', model: 'y1' };
    const events = await call(
      saying([
        { type: 'route', origin: first },
        { type: 'thinking.delta', blockId: '0', text: 'Hm' },
        { type: 'thinking.end', blockId: '0', signature: 'of x' },
        { type: 'text.delta', blockId: '1', text: 'It is ' },
        { type: 'opaque', part: { type: 'opaque', origin: first, value: {} } },
        { type: 'text.delta', blockId: '2', text: 'a fi' },
        { type: 'route', origin: second },
        { type: 'text.delta', blockId: '2', text: 'sh.' },
        { type: 'thinking.delta', blockId: '2:0', text: 'Right.' },
        { type: 'finish', reason: 'stop', usage },
      ]),
    );
    expect(wordsOf(events, 'thinking.delta')).toBe('HmRight.');
    expect(new Set(events.flatMap((event) => ('blockId' in event ? event.blockId : [])))).toEqual(
      new Set(['3.0', '3.1', '3.2', '3.3']),
    );
    expect(events.at(-1)).toMatchObject({
      model: 'y/y1',
      message: {
        origin: second,
        parts: [
          { type: 'text', text: 'It is ' },
          { type: 'text', text: 'a fish.' },
          { type: 'thinking', text: 'Right.' },
        ],
      },
    });
  });

  it('ends the thinking of one that was cut before it had said a word', async () => {
    const events = await call(
      saying([
        { type: 'thinking.delta', blockId: '0', text: 'Hm' },
        { type: 'route', origin: { dialect: 'y', provider: 'y', model: 'y1' } },
        { type: 'text.delta', blockId: '2:0', text: 'Yes' },
        { type: 'finish', reason: 'stop', usage },
      ]),
    );
    expect(typesOf(events)).toEqual([
      'thinking.start',
      'thinking.delta',
      'thinking.end',
      'text.start',
      'text.delta',
      'text.end',
      'step.end',
    ]);
    expect(events.at(-1)).toMatchObject({ message: { parts: [{ type: 'text', text: 'Yes' }] } });
  });

  it.each([
    ['by its filter.', []],
    ['by its filter (SAFETY, about knives).', [blocked({ message: 'about knives' })]],
    ['by its filter (SAFETY).', [blocked({ message: '' }), blocked({ kind: 'other' })]],
    ['by its filter.', [blocked({ reason: 7 })]],
    ['by its filter.', [{ type: 'thinking.delta', blockId: '0', text: 'Hm' } as const]],
    ['by its filter.', [{ type: 'text.delta', blockId: '0', text: ' ' } as const]],
  ])('says that a filter stopped an answer without words: %s', async (words, said) => {
    const events = await call(
      saying([...said, { type: 'finish', reason: 'filtered', usage } as const]),
    );
    expect(wordsOf(events, 'text.delta')).toContain(
      `The model's service stopped this answer ${words}`,
    );
    expect(typesOf(events).slice(-4)).toEqual(['text.start', 'text.delta', 'text.end', 'step.end']);
    expect(events.at(-1)).toMatchObject({
      finish: 'filtered',
      message: { parts: expect.arrayContaining([expect.objectContaining({ type: 'text' })]) },
    });
  });

  it.each([
    { type: 'text.delta', blockId: '0', text: 'Well' } as const,
    { type: 'tool.call', callId: 'c', name: 'add', input: {} } as const,
  ])('adds nothing to a filtered answer that says something: $type', async (event) => {
    const events = await call(saying([event, { type: 'finish', reason: 'filtered', usage }]));
    expect(wordsOf(events, 'text.delta')).toBe('text' in event ? event.text : '');
  });
});

/** What Gemini's adapter keeps of an answer that was blocked. */
function blocked(value: Readonly<Record<string, Json>>): ModelEvent {
  const origin: Origin = { dialect: 'gemini', provider: 'gemini', model: 'gemini-3' };
  return {
    type: 'opaque',
    part: { type: 'opaque', origin, value: { kind: 'blocked', reason: 'SAFETY', ...value } },
  };
}
