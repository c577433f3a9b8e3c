import { type AssistantMessage, type ToolResultPart, userText } from '@cuttle/core-types';
import { text } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import type { AgentInput, CallVerdict, ResumedCall } from './agent-input.ts';
import { planHash } from './plan-hash.ts';
import {
  eventsOf,
  outcomeIn,
  type PlayedRun,
  playRun,
  resultsIn,
  typesOf,
} from './testing/play-run.ts';
import { type TestTool, testTool } from './testing/test-tool.ts';

const names = ['look', 'save', 'mail', 'pay'];
const answer: AssistantMessage = {
  role: 'assistant',
  parts: names.map((name, index) => ({
    type: 'tool-call',
    callId: `c${index}`,
    name,
    input: { n: index },
  })),
};
const result = (index: number): ToolResultPart => ({
  type: 'tool-result',
  callId: `c${index}`,
  name: names[index] ?? '',
  ok: true,
  content: [{ type: 'text', text: `stored ${index}` }],
});
const effects = ['pure', 'keyed', 'probeable', 'opaque'] as const;

interface Scene {
  readonly tools: readonly TestTool[];
  readonly input: Partial<AgentInput>;
}

/** Step 2 was answered with one call of each effect; the run was cut with its calls in these states. */
function cutRun(
  states: readonly ResumedCall['state'][],
  probe: 'done' | 'absent' | 'unknown' = 'unknown',
): Scene {
  const tools = names.map((name, index) => {
    const effect = effects[index] ?? 'pure';
    return testTool(name, { effect, ...(effect === 'probeable' && { probe: async () => probe }) });
  });
  const calls = states.map((state, index): ResumedCall => {
    const isOver = state !== 'planned' && state !== 'started';
    const effect = effects[index] ?? 'pure';
    return { index, state, effect, result: isOver ? result(index) : undefined };
  });
  const input: Partial<AgentInput> = {
    messages: [userText('hi'), answer],
    tools: tools.map(({ tool }) => tool),
    resume: { step: 2, attempt: 1, answered: { message: answer, finish: 'tool-calls', calls } },
  };
  return { tools, input };
}

const goOn = ({ input }: Scene): Promise<PlayedRun> => playRun([[text('done')]], { input });
const runCounts = ({ tools }: Scene): number[] => tools.map(({ runs }) => runs.length);

describe('a run that goes on after a cut', () => {
  it('calls the model again where its answer was not stored, and says what to forget', async () => {
    const { events } = await playRun([[text('done')]], {
      input: { resume: { step: 3, attempt: 2 } },
    });
    expect(events.slice(0, 3)).toEqual([
      { type: 'run.start', model: 'scripted/m1' },
      { type: 'text.reset', blockId: '3.0', step: 3, attempt: 2 },
      { type: 'step.start', step: 3, attempt: 2 },
    ]);
  });

  it('does not call the model again for an answer that was stored', async () => {
    const scene = cutRun(['planned', 'planned', 'planned', 'planned']);
    const { events, model } = await goOn(scene);
    expect(model.requests).toHaveLength(1);
    expect(runCounts(scene)).toEqual([1, 1, 1, 1]);
    expect(eventsOf(events, 'step.start').map(({ step }) => step)).toEqual([3]);
    expect(outcomeIn(events).status).toBe('completed');
  });

  it('ends at once where the stored answer has no calls', async () => {
    const message: AssistantMessage = { role: 'assistant', parts: [{ type: 'text', text: 'hi' }] };
    const { events } = await playRun([], {
      input: {
        resume: { step: 1, attempt: 1, answered: { message, finish: 'length', calls: [] } },
      },
    });
    expect(typesOf(events)).toEqual(['run.start', 'run.end']);
    expect(outcomeIn(events)).toEqual({ status: 'completed', finish: 'length' });
  });

  it.each([
    ['unknown', [1, 1, 0, 0], ['done', 'done', 'unknown', 'unknown']],
    ['done', [1, 1, 0, 0], ['done', 'done', 'done', 'unknown']],
    ['absent', [1, 1, 1, 0], ['done', 'done', 'done', 'unknown']],
  ] as const)('decides started calls by their effect, probe %s', async (probe, counts, states) => {
    const scene = cutRun(['started', 'started', 'started', 'started'], probe);
    const { events } = await goOn(scene);
    expect(runCounts(scene)).toEqual(counts);
    const told = eventsOf(events, 'tool.result').toSorted((a, b) => a.index - b.index);
    expect(told.map(({ state }) => state)).toEqual(states);
  });

  it('repeats a keyed call with its first key', async () => {
    const first = cutRun(['planned', 'planned', 'planned', 'planned']);
    await goOn(first);
    const again = cutRun(['planned', 'started', 'planned', 'planned']);
    await goOn(again);
    const keyOf = ({ tools }: Scene): string | undefined => tools[1]?.runs[0]?.context.key;
    expect(keyOf(again)).toBe(keyOf(first));
    expect(keyOf(first)).toBe(`r1:2:1:${(await planHash('save', { n: 1 })).slice(0, 16)}`);
  });

  it('takes stored results as they are, and all results together in order', async () => {
    const scene = cutRun(['planned', 'done', 'failed', 'unknown']);
    const { events, model } = await goOn(scene);
    expect(runCounts(scene)).toEqual([1, 0, 0, 0]);
    expect(resultsIn(events)).toEqual([['done', 'look {"n":0}']]);
    expect(model.requests[0]?.messages.at(-1)).toMatchObject({
      role: 'tool',
      parts: [
        { content: [{ text: 'look {"n":0}' }] },
        { content: [{ text: 'stored 1' }] },
        { content: [{ text: 'stored 2' }] },
        { content: [{ text: 'stored 3' }] },
      ],
    });
  });

  it('calls the model at once where all results were stored', async () => {
    const scene = cutRun(['done', 'done', 'done', 'done']);
    const { events } = await goOn(scene);
    expect(runCounts(scene)).toEqual([0, 0, 0, 0]);
    expect(eventsOf(events, 'tool.result')).toEqual([]);
    expect(outcomeIn(events).status).toBe('completed');
  });

  it('opens the next step in the journal before it asks the model', async () => {
    const opened: number[] = [];
    const { input } = cutRun(['done', 'done', 'done', 'done']);
    await playRun([[text('done')]], {
      input,
      deps: {
        openStep: async (step) => {
          opened.push(step);
          return [];
        },
      },
    });
    expect(opened).toEqual([3]);
  });

  it('ends with the calls of the caller, once its own are done', async () => {
    const { input, tools } = cutRun(['done', 'done', 'done', 'planned']);
    const { events } = await playRun([], {
      input: {
        ...input,
        tools: tools.slice(1).map(({ tool }) => tool),
        clientTools: [{ name: 'look', description: '', parameters: {} }],
      },
    });
    expect(outcomeIn(events)).toEqual({ status: 'completed', finish: 'tool-calls' });
    expect(tools.map(({ runs }) => runs.length)).toEqual([0, 0, 0, 1]);
  });
});

describe('a run that waits for an approval', () => {
  const verdicts =
    (waiting: string) =>
    async ({ tool }: { tool: { name: string } }): Promise<CallVerdict> =>
      tool.name === waiting ? { kind: 'park', ref: `approval of ${waiting}` } : { kind: 'allow' };

  it('does what it may, then parks without an end', async () => {
    const { input, tools } = cutRun(['planned', 'planned', 'planned', 'planned']);
    const { events } = await playRun([], { input, deps: { authorise: verdicts('pay') } });
    expect(tools.map(({ runs }) => runs.length)).toEqual([1, 1, 1, 0]);
    expect(events.at(-1)).toEqual({
      type: 'run.park',
      reason: { kind: 'approval', ref: 'approval of pay' },
    });
    expect(eventsOf(events, 'run.end')).toEqual([]);
  });

  it('goes on when it is given, with what it did before', async () => {
    const scene = cutRun(['done', 'done', 'done', 'planned']);
    const { model, events } = await goOn(scene);
    expect(runCounts(scene)).toEqual([0, 0, 0, 1]);
    expect(model.requests[0]?.messages.at(-1)).toMatchObject({
      parts: [{}, {}, { content: [{ text: 'stored 2' }] }, { content: [{ text: 'pay {"n":3}' }] }],
    });
    expect(outcomeIn(events).status).toBe('completed');
  });

  it('goes on when it is refused, and the model is told', async () => {
    const { input, tools } = cutRun(['done', 'done', 'done', 'planned']);
    const { events } = await playRun([[text('then not')]], {
      input,
      deps: { authorise: async () => ({ kind: 'deny', text: 'The owner said no.' }) },
    });
    expect(tools[3]?.runs).toEqual([]);
    expect(resultsIn(events)).toEqual([['failed', 'The owner said no.']]);
  });

  it('names the first where several wait', async () => {
    const { input } = cutRun(['planned', 'planned', 'planned', 'planned']);
    const refs: string[] = [];
    const { events } = await playRun([], {
      input,
      deps: {
        authorise: async ({ tool, index }) => {
          refs.push(`${tool.name} ${index}`);
          return { kind: 'park', ref: tool.name };
        },
      },
    });
    expect(refs).toEqual(['look 0', 'save 1', 'mail 2', 'pay 3']);
    expect(events.at(-1)).toMatchObject({ reason: { ref: 'look' } });
  });
});
