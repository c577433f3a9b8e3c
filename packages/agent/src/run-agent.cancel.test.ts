import type { RunEvent } from '@cuttle/core-types';
import { Cancelled } from '@cuttle/core-types/errors';
import {
  scriptedModel,
  type ScriptedModel,
  stall,
  text,
  thinking,
  toolCall,
} from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import type { AgentInput } from './agent-input.ts';
import { runAgent } from './run-agent.ts';
import { never, outcomeIn, playRun, question, waitingClock } from './testing/play-run.ts';
import { type TestTool, testTool } from './testing/test-tool.ts';

interface Scene {
  readonly model: ScriptedModel;
  readonly tools: readonly TestTool[];
  readonly input: AgentInput;
}

/** A run with every kind of event but parking. */
function scene(): Scene {
  const model = scriptedModel([
    [thinking('hm'), text('One '), text('moment.'), toolCall('look'), toolCall('act')],
    [toolCall('act', { n: 1 }), toolCall('nothing')],
    [text('Done.')],
  ]);
  const tools = [
    testTool('look', {
      run: async ({ context }) => {
        context.progress('looking');
        return { text: 'seen' };
      },
    }),
    testTool('act', { effect: 'opaque' }),
  ];
  return { model, tools, input: { ...question, tools: tools.map(({ tool }) => tool) } };
}

const runsOf = ({ tools }: Scene): number => tools.reduce((sum, { runs }) => sum + runs.length, 0);

async function play(
  { model, input }: Scene,
  signal: AbortSignal,
  look: (event: RunEvent, at: number) => boolean,
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of runAgent(input, { provider: model, clock: waitingClock }, signal)) {
    events.push(event);
    if (look(event, events.length - 1)) break;
  }
  return events;
}

const total = (await play(scene(), never, () => false)).length;
const places = Array.from({ length: total }, (_, at) => at);

describe('a stop of a run', () => {
  it.each(places)(
    'at event %i ends it, with nothing left open and nothing begun',
    async (place) => {
      const all = scene();
      const stop = new AbortController();
      let runs = 0;
      const events = await play(all, stop.signal, (_event, at) => {
        if (at === place) {
          runs = runsOf(all);
          stop.abort(new Cancelled('user'));
        }
        return false;
      });
      // What was complete when the stop came stays complete.
      const isOver = place >= total - 3;
      expect(outcomeIn(events)).toEqual(
        isOver ? { status: 'completed', finish: 'stop' } : { status: 'aborted', by: 'user' },
      );
      expect(all.model.open).toBe(0);
      expect(runsOf(all)).toBe(runs);
      expect(all.tools.map(({ running }) => running)).toEqual([0, 0]);
    },
  );

  it.each(places)(
    'by a reader who leaves at event %i closes the model and starts nothing',
    async (place) => {
      const all = scene();
      let runs = 0;
      await play(all, never, (_event, at) => {
        runs = runsOf(all);
        return at === place;
      });
      expect(all.model.open).toBe(0);
      expect(runsOf(all)).toBe(runs);
      expect(all.tools.map(({ running }) => running)).toEqual([0, 0]);
    },
  );

  it('before it began asks no model', async () => {
    const { events, model } = await playRun([], {}, AbortSignal.abort(new Cancelled('shutdown')));
    expect(outcomeIn(events)).toEqual({ status: 'aborted', by: 'shutdown' });
    expect(model.requests).toEqual([]);
  });

  it('ends a model that says nothing more', async () => {
    const stop = new AbortController();
    const model = scriptedModel([[text('a'), stall()]]);
    const events: RunEvent[] = [];
    const deps = { provider: model, clock: waitingClock };
    for await (const event of runAgent(question, deps, stop.signal)) {
      events.push(event);
      if (event.type === 'text.delta') setImmediate(() => stop.abort(new Cancelled('user')));
    }
    expect(outcomeIn(events)).toEqual({ status: 'aborted', by: 'user' });
    expect(model.open).toBe(0);
  });

  it('ends tools that run, those that ignore it too', async () => {
    const stop = new AbortController();
    const deaf = testTool('deaf', { run: () => new Promise(() => {}) });
    const polite = testTool('polite', {
      run: ({ signal }) =>
        new Promise((_resolve, reject) => {
          setImmediate(() => stop.abort(new Cancelled('interrupt')));
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    });
    const { events } = await playRun(
      [[toolCall('deaf'), toolCall('polite')]],
      { input: { tools: [deaf.tool, polite.tool] } },
      stop.signal,
    );
    expect(outcomeIn(events)).toEqual({ status: 'aborted', by: 'interrupt' });
    expect([deaf, polite].map(({ runs }) => runs[0]?.signal.aborted)).toEqual([true, true]);
  });

  it('tells tools that the reader left', async () => {
    const deaf = testTool('deaf', {
      run: ({ context }) => {
        context.progress('begun');
        return new Promise(() => {});
      },
    });
    const model = scriptedModel([[toolCall('deaf')]]);
    const input = { ...question, tools: [deaf.tool] };
    for await (const event of runAgent(input, { provider: model, clock: waitingClock }, never))
      if (event.type === 'tool.progress') break;
    expect(deaf.runs[0]?.signal.aborted).toBe(true);
  });
});
