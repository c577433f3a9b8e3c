import type { RunEvent } from '@cuttle/core-types';
import { scriptedModel, text, toolCall } from '@cuttle/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runAgent } from './run-agent.ts';
import {
  eventsOf,
  never,
  outcomeIn,
  playRun,
  question,
  resultsIn,
  typesOf,
  waitingClock,
} from './testing/play-run.ts';
import { type TestTool, testTool } from './testing/test-tool.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A tool that ends when a test lets it. */
function heldTool(
  name: string,
  effect: 'pure' | 'opaque' = 'pure',
): TestTool & { release(): void } {
  const gate = Promise.withResolvers<void>();
  const tool = testTool(name, {
    effect,
    run: async () => {
      await gate.promise;
      return { text: name };
    },
  });
  return Object.assign(tool, { release: () => gate.resolve() });
}

describe('the calls of a step', () => {
  it('start only after the reader came back for the event after their tool.call', async () => {
    const tools = [
      testTool('a'),
      testTool('b', { effect: 'opaque' }),
      testTool('c', { effect: 'opaque' }),
    ];
    const runsAt = new Map<string, number>();
    const model = scriptedModel([[toolCall('a'), toolCall('b'), toolCall('c')], [text('done')]]);
    const input = { ...question, tools: tools.map(({ tool }) => tool) };
    const deps = { provider: model, clock: waitingClock };
    for await (const event of runAgent(input, deps, never)) {
      // A reader that takes its time: nothing may happen behind its back.
      await turn();
      await turn();
      if (event.type !== 'tool.call') continue;
      const tool = tools[event.index];
      expect(tool?.tool.name).toBe(event.name);
      expect(tool?.runs).toEqual([]);
      runsAt.set(event.name, event.index);
    }
    expect(tools.map(({ runs }) => runs.length)).toEqual([1, 1, 1]);
    expect([...runsAt.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('run side by side and answer in order, whichever ends first', async () => {
    const slow = heldTool('slow');
    const fast = heldTool('fast');
    const model = scriptedModel([[toolCall('slow'), toolCall('fast')], [text('done')]]);
    const input = { ...question, tools: [slow.tool, fast.tool] };
    const events: RunEvent[] = [];
    const runningAtResult: number[] = [];
    for await (const event of runAgent(input, { provider: model, clock: waitingClock }, never)) {
      events.push(event);
      if (event.type === 'tool.call' && event.name === 'fast') void turn().then(fast.release);
      if (event.type !== 'tool.result') continue;
      runningAtResult.push(slow.running);
      slow.release();
    }
    expect(runningAtResult).toEqual([1, 0]);
    expect(eventsOf(events, 'tool.result').map(({ index }) => index)).toEqual([1, 0]);
    const [, second] = model.requests;
    expect(second?.messages.at(-1)).toMatchObject({
      role: 'tool',
      parts: [{ name: 'slow' }, { name: 'fast' }],
    });
  });

  it('run one at a time in order where they are opaque, and are stored as started one at a time', async () => {
    const tools = [heldTool('a', 'opaque'), heldTool('b', 'opaque'), heldTool('c')];
    const model = scriptedModel([[toolCall('a'), toolCall('b'), toolCall('c')], [text('done')]]);
    const input = { ...question, tools: tools.map(({ tool }) => tool) };
    const order: string[] = [];
    for await (const event of runAgent(input, { provider: model, clock: waitingClock }, never)) {
      if (event.type !== 'tool.call' && event.type !== 'tool.result') continue;
      order.push(`${event.type === 'tool.call' ? '+' : '-'}${event.name}`);
      if (event.type === 'tool.call') void turn().then(tools[event.index]?.release);
    }
    const places = order.filter((entry) => !entry.endsWith('c'));
    expect(places).toEqual(['+a', '-a', '+b', '-b']);
    expect(order.slice(0, 2)).toEqual(['+a', '+c']);
  });

  it('run at most so many at once', async () => {
    let most = 0;
    const busy: TestTool = testTool('busy', {
      run: async () => {
        most = Math.max(most, busy.running);
        await turn();
        return { text: 'ok' };
      },
    });
    const calls = Array.from({ length: 9 }, (_, n) => toolCall('busy', { n }));
    const { events } = await playRun([calls, [text('done')]], {
      input: { tools: [busy.tool], limits: { maxParallelCalls: 3 } },
    });
    expect(most).toBe(3);
    expect(busy.runs).toHaveLength(9);
    expect(eventsOf(events, 'tool.result')).toHaveLength(9);
  });

  it('show, plan and run the same arguments', async () => {
    const act = testTool('act');
    const plans: unknown[] = [];
    const { events, model } = await playRun(
      [[toolCall('Act', {}, { inputText: '{"n": "7",}' })], [text('done')]],
      {
        input: { tools: [act.tool] },
        deps: {
          authorise: async ({ input, tool }) => {
            plans.push([tool.name, input]);
            return { kind: 'allow' };
          },
        },
      },
    );
    expect(eventsOf(events, 'tool.call')).toMatchObject([{ name: 'act', input: { n: 7 } }]);
    expect(plans).toEqual([['act', { n: 7 }]]);
    expect(act.runs).toMatchObject([{ input: { n: 7 } }]);
    // The transcript keeps what the model said, and the result answers to that name.
    expect(model.requests[1]?.messages.slice(1)).toMatchObject([
      { parts: [{ name: 'Act', input: '{"n": "7",}' }] },
      { parts: [{ name: 'Act', ok: true }] },
    ]);
    expect(eventsOf(events, 'tool.result')).toMatchObject([{ name: 'act' }]);
  });

  it('are answered without running where name or arguments cannot be read', async () => {
    const act = testTool('act');
    const { events } = await playRun(
      [
        [
          toolCall('nothing'),
          toolCall('act', { n: 'seven' }),
          toolCall('act', {}, { inputText: '{"n": 1' }),
        ],
        [text('sorry')],
      ],
      { input: { tools: [act.tool] } },
    );
    expect(act.runs).toEqual([]);
    expect(eventsOf(events, 'tool.call')).toEqual([]);
    expect(resultsIn(events)).toEqual([
      ['failed', 'There is no tool named nothing. Use one of: act.'],
      ['failed', expect.stringContaining('- n: ')],
      ['failed', expect.stringContaining('cut off')],
    ]);
    expect(outcomeIn(events)).toEqual({ status: 'completed', finish: 'stop' });
  });

  it('report what they do', async () => {
    const tool = testTool('tool', {
      run: async ({ context }) => {
        context.progress('half way');
        await turn();
        return { text: 'ok' };
      },
    });
    const { events } = await playRun([[toolCall('tool')], [text('done')]], {
      input: { tools: [tool.tool] },
    });
    expect(typesOf(events)).toEqual([
      'run.start',
      'step.start',
      'step.end',
      'tool.call',
      'tool.progress',
      'tool.result',
      'step.start',
      'text.start',
      'text.delta',
      'text.end',
      'step.end',
      'run.end',
    ]);
  });

  it('pass images on', async () => {
    const image = {
      type: 'image',
      mimeType: 'image/png',
      source: { kind: 'base64', data: 'AA==' },
    } as const;
    const camera = testTool('camera', { run: async () => ({ text: 'a photo', images: [image] }) });
    const { model } = await playRun([[toolCall('camera')], [text('nice')]], {
      input: { tools: [camera.tool] },
    });
    expect(model.requests[1]?.messages.at(-1)).toMatchObject({
      parts: [{ content: [{ type: 'text', text: 'a photo' }, image] }],
    });
  });

  it('fail the run where the program that embeds it fails, and stop what runs', async () => {
    const hang = testTool('hang', { run: () => new Promise(() => {}) });
    const { events } = await playRun([[toolCall('hang'), toolCall('hang', { n: 1 })]], {
      input: { tools: [hang.tool] },
      deps: {
        contextFor: ({ index }) => {
          if (index === 1) throw new TypeError('a mistake of the program');
          return { taint: () => {}, send: () => [], act: async () => '' };
        },
      },
    });
    expect(outcomeIn(events)).toMatchObject({ status: 'failed', error: { code: 'internal' } });
    expect(hang.runs.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it('each have one tool.result, after their tool.call, whatever they are', async () => {
    const kinds = ['quick', 'late', 'opaque', 'broken', 'unknown'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 12 }),
        async (wanted) => {
          const tools = [
            testTool('quick'),
            testTool('late', { run: () => turn().then(() => ({ text: 'late' })) }),
            testTool('opaque', { effect: 'opaque' }),
            testTool('broken', { run: () => Promise.reject(new Error('no')) }),
          ];
          const calls = wanted.map((name, n) => toolCall(name, { n }, { callId: `c${n}` }));
          const { events, model } = await playRun([calls, [text('done')]], {
            input: { tools: tools.map(({ tool }) => tool) },
          });
          const settled = eventsOf(events, 'tool.result').map(({ index }) => index);
          expect(settled.toSorted((a, b) => a - b)).toEqual([...wanted.keys()]);
          for (const { index } of eventsOf(events, 'tool.call'))
            expect(
              events.findIndex((event) => event.type === 'tool.result' && event.index === index),
            ).toBeGreaterThan(
              events.findIndex((event) => event.type === 'tool.call' && event.index === index),
            );
          const answered = model.requests[1]?.messages.at(-1);
          expect(answered?.role === 'tool' && answered.parts.map(({ callId }) => callId)).toEqual(
            calls.map(({ callId }) => callId),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});
