import { userText } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { type CallMeter, createCallMeter } from './call-meter.ts';

const request: ModelRequest = { model: 'm', messages: [userText('Hi')], tools: [] };
const first = { dialect: 'd', provider: 'p', model: 'm' };
const second = { dialect: 'd', provider: 'q', model: 'n' };
const usage = { inputTokens: 7, outputTokens: 2, cacheReadTokens: 4 };
const start = (origin = first): ModelEvent => ({ type: 'call.start', origin });
const say = (text: string): ModelEvent => ({ type: 'text.delta', blockId: '0', text });
const told: ModelEvent = { type: 'usage', usage };
const finish: ModelEvent = { type: 'finish', reason: 'stop', usage };
const failure = new CuttleError('provider.network', 'cut');

function provide(events: readonly (ModelEvent | Error)[]): ModelProvider {
  return {
    id: 'p',
    dialect: 'd',
    async *stream(_request, signal) {
      for (const event of events) {
        signal.throwIfAborted();
        if (event instanceof Error) throw event;
        yield event;
      }
    },
    models: async () => [{ id: 'm' }],
  };
}

/** Reads the answer to its end, or as many events as `most`. */
async function listen(
  meter: CallMeter,
  events: readonly (ModelEvent | Error)[],
  { most = Infinity, signal = new AbortController().signal } = {},
): Promise<void> {
  let heard = 0;
  try {
    for await (const event of meter.watch(provide(events)).stream(request, signal)) {
      expect(event).toBe(events[heard]);
      heard += 1;
      if (heard >= most) return;
    }
  } catch (error) {
    if (error !== failure && !signal.aborted) throw error;
  }
}

const briefly = (meter: CallMeter): readonly object[] =>
  meter.cuts.map(({ origin, said, usage: counted }) => ({
    who: origin.provider,
    said,
    told: counted !== undefined,
  }));

describe('a meter of calls', () => {
  it('passes on what it hears, and the list of models', async () => {
    const meter = createCallMeter();
    const watched = meter.watch(provide([]));
    expect([watched.id, watched.dialect]).toEqual(['p', 'd']);
    expect(await watched.models(new AbortController().signal)).toEqual([{ id: 'm' }]);
    expect(meter.cuts).toEqual([]);
  });

  it('knows at each moment what the call under way has used', async () => {
    const meter = createCallMeter();
    const seen: object[] = [];
    const stream = meter.watch(provide([start(), say('Hel'), told, say('lo')]));
    for await (const event of stream.stream(request, new AbortController().signal))
      seen.push([event.type, ...briefly(meter)]);
    expect(seen).toEqual([
      ['call.start', { who: 'p', said: '', told: false }],
      ['text.delta', { who: 'p', said: 'Hel', told: false }],
      ['usage', { who: 'p', said: '', told: true }],
      ['text.delta', { who: 'p', said: 'lo', told: true }],
    ]);
    expect(meter.cuts[0]?.request).toBe(request);
    expect(meter.givenUp).toEqual([]);
  });

  it('counts a call that was begun once it told that it was, though it said nothing', async () => {
    const meter = createCallMeter();
    await listen(meter, [start()], { most: 1 });
    expect(briefly(meter)).toEqual([{ who: 'p', said: '', told: false }]);
  });

  it('keeps those that were given up beside the one that answers', async () => {
    const meter = createCallMeter();
    await listen(meter, [
      start(),
      say('half'),
      { type: 'call.cut', origin: first, said: 'half' },
      start(second),
      say('whole'),
      finish,
    ]);
    expect(meter.givenUp).toMatchObject([{ origin: first, said: 'half' }]);
    expect(meter.cuts).toMatchObject([
      { origin: first, said: 'half' },
      { origin: second, said: '', usage },
    ]);
    meter.settle();
    expect(meter.cuts).toEqual(meter.givenUp);
  });

  it('leaves out what failed before its first word', async () => {
    const meter = createCallMeter();
    await listen(meter, [start(), { type: 'call.cut', origin: first, said: '' }, failure]);
    expect(meter.cuts).toEqual([]);
  });

  it('takes the name of whoever answers, where the provider does not tell of calls', async () => {
    const meter = createCallMeter();
    await listen(meter, [{ type: 'route', origin: second }, say('a'), failure]);
    expect(briefly(meter)).toEqual([{ who: 'q', said: 'a', told: false }]);
    expect(meter.givenUp).toHaveLength(1);
  });

  it('counts a call that fails by itself as given up, and one without a word not', async () => {
    const meter = createCallMeter();
    await listen(meter, [say('a'), told, failure]);
    await listen(meter, [start(), failure]);
    expect(briefly(meter)).toEqual([{ who: 'p', said: '', told: true }]);
  });

  it('leaves a call that was aborted to whoever aborted it', async () => {
    const meter = createCallMeter();
    const controller = new AbortController();
    const stream = meter.watch(provide([say('a'), say('b')])).stream(request, controller.signal);
    await expect(
      (async () => {
        for await (const event of stream) if (event.type === 'text.delta') controller.abort('stop');
      })(),
    ).rejects.toBe('stop');
    expect(meter.givenUp).toEqual([]);
    expect(briefly(meter)).toEqual([{ who: 'p', said: 'a', told: false }]);
  });

  it('holds a whole answer until it is counted elsewhere', async () => {
    const meter = createCallMeter();
    await listen(meter, [start(), say('summary'), finish]);
    const held = meter.hold();
    await listen(meter, [start(second), say('next'), failure]);
    expect(briefly(meter)).toEqual([
      { who: 'p', said: '', told: true },
      { who: 'q', said: 'next', told: false },
    ]);
    held.settle();
    held.settle();
    expect(briefly(meter)).toEqual([{ who: 'q', said: 'next', told: false }]);
  });

  it('has nothing to hold or to give up where no answer is whole', () => {
    const meter = createCallMeter();
    meter.hold().settle();
    meter.giveUp();
    expect(meter.cuts).toEqual([]);
  });

  it('counts a whole answer of no use once, and forgets all when it is stored', async () => {
    const meter = createCallMeter();
    await listen(meter, [start(), say('no use'), finish]);
    meter.giveUp();
    meter.giveUp();
    expect(meter.cuts).toMatchObject([{ origin: first, usage }]);
    meter.clear();
    expect([meter.cuts, meter.givenUp]).toEqual([[], []]);
  });
});
