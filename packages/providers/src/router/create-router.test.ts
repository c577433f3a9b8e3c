import { textOf } from '@cuttle/core-types';
import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import { cut, finish, manualClock, stall, text, thinking, toolCall } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { collectAnswer, textIn } from '../contract/collect-answer.ts';
import { describeProvider } from '../contract/describe-provider.ts';
import { createScene, never, originsIn, request } from './route-scene.ts';

const hello = [text('Hello '), text('there'), text('!'), finish()];

function failed(code: ErrorCode, retryAfterMs?: number): CuttleError {
  return new CuttleError(code, `It failed with ${code}.`, {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

describeProvider('a router', () => ({
  provider: createScene([
    [() => failed('provider.overloaded'), () => failed('provider.auth')],
    [() => [thinking('Hm'), ...hello]],
  ]).router,
  request,
}));

describe('before the first word', () => {
  it.each<ErrorCode>([
    'provider.network',
    'provider.malformed',
    'provider.overloaded',
    'provider.rate-limited',
    'provider.timeout',
    'provider.auth',
    'provider.billing',
  ])('%s goes on to the next model', async (code) => {
    const { router, models } = createScene([[[failed(code), failed(code)]], [[hello]]]);
    const { events, error } = await collectAnswer(router.stream(request, never));
    expect(error).toBeUndefined();
    expect(textIn(events)).toBe('Hello there!');
    expect(originsIn(events)).toEqual(['p1/m1']);
    expect(models[1]?.[0]?.requests).toEqual([{ ...request, model: 'm1' }]);
  });

  it.each<ErrorCode>(['provider.invalid', 'provider.filtered', 'provider.overflow'])(
    '%s is the answer',
    async (code) => {
      const { router, models, health } = createScene([[[failed(code)]], [[hello]]]);
      const { events, error } = await collectAnswer(router.stream(request, never));
      expect(error).toMatchObject({ code });
      expect(events).toEqual([]);
      expect(models[1]?.[0]?.requests).toEqual([]);
      expect(health.report('k0.0')).toEqual([]);
    },
  );

  it('goes on from an overflow to a model that is known to take more', async () => {
    const full = [failed('provider.overflow')];
    const { router, models } = createScene([[full], [[]], [[]], [[hello]]], {
      windows: [100, 100, undefined, async () => 200],
    });
    const { events } = await collectAnswer(router.stream(request, never));
    expect(originsIn(events)).toEqual(['p3/m3']);
    expect([models[1], models[2]].map((keys) => keys?.[0]?.requests)).toEqual([[], []]);
  });

  it('goes on from thinking without a trace of text', async () => {
    const { router } = createScene([
      [[[thinking('Let me'), cut()], failed('provider.timeout')]],
      [[[thinking('So'), ...hello]]],
    ]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(textIn(events)).toBe('Hello there!');
    expect(originsIn(events)).toEqual(['p0/m0', 'p1/m1']);
    const blocks = events.flatMap((event) => ('blockId' in event ? event.blockId : []));
    expect(new Set(blocks).size).toBe(3);
  });

  it('says what all of them said when nobody answers, with the code of the first', async () => {
    const { router } = createScene([
      [[failed('provider.billing')]],
      [[failed('provider.rate-limited', 600_000)]],
    ]);
    const { error } = await collectAnswer(router.stream(request, never));
    expect(error).toMatchObject({
      code: 'provider.billing',
      retryAfterMs: 600_000,
      message:
        'No model answered. p0/m0: It failed with provider.billing. p1/m1: It failed with provider.rate-limited.',
    });
  });

  it('throws what is no failure of a service as it is', async () => {
    const bug = new TypeError('a bug');
    const { router, models } = createScene([[[bug]], [[hello]]]);
    expect((await collectAnswer(router.stream(request, never))).error).toBe(bug);
    expect(models[1]?.[0]?.requests).toEqual([]);
  });

  it('does not ask a model again while it rests', async () => {
    const { router, models } = createScene([
      [[failed('provider.billing')]],
      [[hello, hello, hello]],
    ]);
    for (let turn = 0; turn < 3; turn += 1) await collectAnswer(router.stream(request, never));
    expect(models.map((keys) => keys[0]?.requests.length)).toEqual([1, 3]);
  });

  it('asks it again when its rest is over', async () => {
    const clock = manualClock();
    const { router } = createScene([[[failed('provider.billing'), hello]], [[hello]]], { clock });
    await collectAnswer(router.stream(request, never));
    await clock.advance(3_600_000);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(originsIn(events)).toEqual(['p0/m0']);
  });

  it('waits a moment for the first model, once, before it asks the next', async () => {
    const clock = manualClock();
    const { router } = createScene([[[failed('provider.network'), hello]], [[]]], { clock });
    const answer = collectAnswer(router.stream(request, never));
    await clock.untilSleeping(1, never);
    await clock.advance(500);
    expect(originsIn((await answer).events)).toEqual(['p0/m0']);
  });

  it('waits for the only model as long as it must, and no longer than it has patience', async () => {
    const clock = manualClock();
    const limited = failed('provider.rate-limited', 30_000);
    const { router } = createScene([[[limited, limited, hello]]], { clock });
    const answer = collectAnswer(router.stream(request, never));
    await clock.untilSleeping(1, never);
    await clock.advance(33_000);
    const { error } = await answer;
    expect(error).toMatchObject({ code: 'provider.rate-limited' });
    expect(clock.monotonic()).toBe(33_000);
  });

  it('makes a bounded number of calls', async () => {
    const clock = manualClock();
    const { router, models } = createScene([[() => failed('provider.network', 1)]], { clock });
    const answer = collectAnswer(router.stream(request, never));
    for (let turn = 0; turn < 10; turn += 1) await clock.advance(1000);
    expect((await answer).error).toMatchObject({ code: 'provider.network' });
    expect(models[0]?.[0]?.requests).toHaveLength(4);
  });
});

describe('several keys', () => {
  it('are used in turn', async () => {
    const { router, models } = createScene([[() => hello, () => hello, () => hello]]);
    for (let turn = 0; turn < 6; turn += 1) await collectAnswer(router.stream(request, never));
    expect(models[0]?.map(({ requests }) => requests.length)).toEqual([2, 2, 2]);
  });

  it('are each used by some sessions, which stay with them', async () => {
    const { router, models } = createScene([[() => hello, () => hello, () => hello]]);
    const used = new Map<string, Set<number>>();
    for (let turn = 0; turn < 300; turn += 1) {
      const cacheKey = `agent:main:web:main:dm:${turn % 100}`;
      const before = models[0]?.map(({ requests }) => requests.length) ?? [];
      await collectAnswer(router.stream({ ...request, cacheKey }, never));
      const now = models[0]?.findIndex(({ requests }, at) => requests.length !== before[at]) ?? -1;
      used.set(cacheKey, (used.get(cacheKey) ?? new Set()).add(now));
    }
    expect([...used.values()].every(({ size }) => size === 1)).toBe(true);
    for (const { requests } of models[0] ?? []) expect(requests.length).toBeGreaterThan(60);
  });

  it.each<ErrorCode>([
    'provider.auth',
    'provider.billing',
    'provider.rate-limited',
    'provider.overloaded',
  ])('stand in for one that fails with %s, without a wait', async (code) => {
    const clock = manualClock();
    const { router, models } = createScene([[[failed(code)], () => hello]], { clock });
    for (let turn = 0; turn < 3; turn += 1) {
      const { events } = await collectAnswer(router.stream(request, never));
      expect(textIn(events)).toBe('Hello there!');
    }
    expect(clock.monotonic()).toBe(0);
    expect(models[0]?.map(({ requests }) => requests.length)).toEqual([1, 3]);
  });

  it('are not changed for a request that is at fault', async () => {
    const { router, models } = createScene([[[failed('provider.invalid')], [hello]]]);
    expect((await collectAnswer(router.stream(request, never))).error).toMatchObject({
      code: 'provider.invalid',
    });
    expect(models[0]?.[1]?.requests).toEqual([]);
  });

  it('list the models with the first that is taken', async () => {
    const { router } = createScene([[[], []], [[]]]);
    expect(await router.models(never)).toEqual([{ id: 'm1' }]);
  });
});

describe('a cut answer', () => {
  const begun = [text('Hello '), text('the'), cut()];

  it('goes on in the block that was cut, asked with what was shown', async () => {
    const { router, models } = createScene([[[begun]], [[[text('re'), text('!'), finish()]]]]);
    const { events, error } = await collectAnswer(router.stream(request, never));
    expect(error).toBeUndefined();
    expect(textIn(events)).toBe('Hello there!');
    expect(originsIn(events)).toEqual(['p0/m0', 'p1/m1']);
    const blocks = events.flatMap((event) => ('blockId' in event ? event.blockId : []));
    expect(new Set(blocks).size).toBe(1);
    const asked = models[1]?.[0]?.requests[0]?.messages ?? [];
    expect(asked.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(asked[1]).toMatchObject({ parts: [{ type: 'text', text: 'Hello the' }], partial: true });
    expect(asked[2] && textOf(asked[2])).toMatch(/cut off/);
  });

  it.each<[string, string, string]>([
    ['says the last words again', 'Hello there!', 'Hello there!'],
    ['goes on', 're!', 'Hello there!'],
    ['says the same in other words', 'Hi, you!', 'Hello theHi, you!'],
  ])('shows nothing twice where the next model %s', async (_how, said, shown) => {
    const words = said.split('').map((letter) => text(letter));
    const { router } = createScene([[[begun]], [[[...words, finish()]]]]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(textIn(events)).toBe(shown);
  });

  it('is given up as cut where the next model begins anew and goes another way', async () => {
    const said = [text('Hello th'), text('ursday!'), finish()];
    const { router, models } = createScene([[[begun]], [[said]]]);
    const { events, error } = await collectAnswer(router.stream(request, never));
    expect(error).toMatchObject({ code: 'provider.network' });
    expect(textIn(events)).toBe('Hello the');
    expect(models.map((keys) => keys[0]?.open)).toEqual([0, 0]);
  });

  it('goes on with another key of the same model', async () => {
    const { router } = createScene([[[begun], [[text('re!'), finish()]]]]);
    expect(textIn((await collectAnswer(router.stream(request, never))).events)).toBe(
      'Hello there!',
    );
  });

  it('goes on with whom it began when the others cannot', async () => {
    const { router } = createScene([
      [[begun, [text('re!'), finish()]]],
      [[failed('provider.invalid')]],
      [[failed('provider.billing')]],
    ]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(textIn(events)).toBe('Hello there!');
    expect(originsIn(events)).toEqual(['p0/m0', 'p0/m0']);
  });

  it('may be cut again', async () => {
    const { router, models } = createScene([
      [[[text('One, '), text('two, '), cut()]]],
      [[[text('two, '), text('three, '), cut()]]],
      [[[text('three, four.'), finish()]]],
    ]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(textIn(events)).toBe('One, two, three, four.');
    expect(models[2]?.[0]?.requests[0]?.messages[1]).toMatchObject({
      parts: [{ text: 'One, two, three, ' }],
    });
  });

  it('loses the calls of the one that was cut', async () => {
    const call = toolCall('add', { n: 1 }, { callId: 'half' });
    const { router } = createScene([
      [[[text('I add. '), call, toolCall('add'), cut()]]],
      [[[toolCall('add', { n: 1 }, { callId: 'whole' }), text('Done?'), finish('tool-calls')]]],
    ]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(events.filter(({ type }) => type !== 'route')).toMatchObject([
      { type: 'text.delta', text: 'I add. ' },
      { type: 'tool.call', callId: 'whole' },
      { type: 'text.delta', text: 'Done?' },
      { type: 'finish' },
    ]);
  });

  it('shows no thinking in the middle of its text', async () => {
    const { router } = createScene([
      [[[thinking('A'), ...begun]]],
      [[[thinking('Where was I?'), text('re!'), finish()]]],
    ]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(textIn(events, 'thinking')).toBe('A');
    expect(textIn(events)).toBe('Hello there!');
  });

  it('is continued as text where a format was asked for', async () => {
    const { router, models } = createScene([
      [[[text('{"a":'), cut()]]],
      [[[text('1}'), finish()]]],
    ]);
    const parameters = { temperature: 0, responseFormat: { type: 'json_object' } };
    const { events } = await collectAnswer(router.stream({ ...request, parameters }, never));
    expect(textIn(events)).toBe('{"a":1}');
    expect(models[1]?.[0]?.requests[0]?.parameters).toEqual({ temperature: 0 });
  });

  it('is asked for anew where only blanks were shown', async () => {
    const { router, models } = createScene([[[[text('\n'), cut()]]], [[hello]]]);
    const { events } = await collectAnswer(router.stream(request, never));
    expect(textIn(events)).toBe('\nHello there!');
    expect(models[1]?.[0]?.requests[0]?.messages).toHaveLength(1);
  });
});

describe('an abort', () => {
  it('wins while a model is asked, goes on, or is waited for', async () => {
    for (const scripts of [
      [[[[stall()]]], [[hello]]],
      [[[[text('Hel'), cut()]]], [[[stall()]]]],
      [[() => failed('provider.rate-limited', 30_000)]],
    ]) {
      const clock = manualClock();
      const { router, models, health } = createScene(scripts, { clock });
      const controller = new AbortController();
      const answer = collectAnswer(router.stream(request, controller.signal));
      await clock.advance(0);
      await clock.advance(0);
      controller.abort(new Error('enough'));
      expect(String((await answer).error)).toBe('Error: enough');
      expect(models.flat().map(({ open }) => open)).not.toContain(1);
      expect(health.report('k0.0').every(({ state }) => state !== 'probing')).toBe(true);
    }
  });

  it('of the reader closes the call and blames nobody', async () => {
    const { router, models, health } = createScene([[[hello]], [[]]]);
    for await (const event of router.stream(request, never)) if (event.type === 'text.delta') break;
    expect(models[0]?.[0]?.open).toBe(0);
    expect(health.report('k0.0')).toEqual([]);
  });
});
