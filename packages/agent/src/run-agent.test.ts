import { answerText, emptyRun, reduceRun, type RunEvent, userText } from '@cuttle/core-types';
import { Cancelled, CuttleError } from '@cuttle/core-types/errors';
import { cut, failWith, finish, manualClock, scriptedModel, text, toolCall } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import { outcomeOf, runAgent, toToolSpec } from './run-agent.ts';
import {
  eventsOf,
  never,
  outcomeIn,
  playRun,
  question,
  resultsIn,
  typesOf,
} from './testing/play-run.ts';
import { testTool } from './testing/test-tool.ts';

const viewOf = (events: readonly RunEvent[]): ReturnType<typeof reduceRun> =>
  events.reduce(reduceRun, emptyRun);

describe('runAgent', () => {
  it('answers', async () => {
    const { events, model } = await playRun([[text('It is '), text('four.')]], {
      input: { system: 'Be brief.', parameters: { temperature: 0 }, thinking: 'low' },
    });
    expect(typesOf(events)).toEqual([
      'run.start',
      'step.start',
      'text.start',
      'text.delta',
      'text.delta',
      'text.end',
      'step.end',
      'run.end',
    ]);
    expect(events[0]).toEqual({ type: 'run.start', model: 'scripted/m1' });
    expect(events[1]).toEqual({ type: 'step.start', step: 1, attempt: 1 });
    expect(outcomeIn(events)).toEqual({ status: 'completed', finish: 'stop' });
    expect(answerText(viewOf(events))).toBe('It is four.');
    expect(model.requests).toMatchObject([
      {
        model: 'm1',
        system: 'Be brief.',
        messages: question.messages,
        parameters: { temperature: 0 },
        thinking: 'low',
        tools: [],
      },
    ]);
  });

  it('asks again with the results until the model answers', async () => {
    const add = testTool('add');
    const { events, model } = await playRun(
      [[text('Wait.'), toolCall('add', { n: 1 })], [toolCall('add', { n: 2 })], [text('Three.')]],
      { input: { tools: [add.tool] } },
    );
    expect(add.runs.map(({ input }) => input)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(eventsOf(events, 'step.start').map(({ step }) => step)).toEqual([1, 2, 3]);
    expect(model.requests.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ['user'],
      ['user', 'assistant', 'tool'],
      ['user', 'assistant', 'tool', 'assistant', 'tool'],
    ]);
    expect(answerText(viewOf(events))).toBe('Wait.\n\nThree.');
  });

  it('offers its tools in a stable order, each name once', async () => {
    const tools = [testTool('b').tool, testTool('a').tool];
    const clientTools = [
      { name: 'c', description: '', parameters: {} },
      { name: 'a', description: 'of the caller', parameters: {} },
    ];
    const { model } = await playRun([[text('hi')]], { input: { tools, clientTools } });
    expect(model.requests[0]?.tools.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(model.requests[0]?.tools[0]).toEqual(toToolSpec(testTool('a').tool));
  });

  it.each(['length', 'filtered'] as const)('says how the answer ended: %s', async (reason) => {
    const { events } = await playRun([[text('a'), finish(reason)]]);
    expect(outcomeIn(events)).toEqual({ status: 'completed', finish: reason });
  });

  it('answers with what people said meanwhile', async () => {
    const opened: number[] = [];
    const { model } = await playRun([[toolCall('add')], [text('done')]], {
      input: { tools: [testTool('add').tool] },
      deps: {
        openStep: async (step) => {
          opened.push(step);
          return [userText('and hurry')];
        },
      },
    });
    expect(opened).toEqual([2]);
    expect(model.requests[1]?.messages.at(-1)).toEqual(userText('and hurry'));
  });

  it('never has the same run id twice where none is given', async () => {
    const add = testTool('add', { effect: 'keyed' });
    for (let run = 0; run < 2; run += 1)
      await playRun([[toolCall('add')], [text('done')]], {
        input: { tools: [add.tool], identity: undefined },
      });
    const [first, second] = add.runs.map(({ context }) => context.key);
    expect(first).not.toBe(second);
  });
});

describe('runAgent with tools of the caller', () => {
  const clientTools = [{ name: 'open_door', description: '', parameters: {} }];

  it('ends with the calls', async () => {
    const { events } = await playRun([[toolCall('open_door', { n: 1 })]], {
      input: { clientTools },
    });
    expect(typesOf(events)).toEqual(['run.start', 'step.start', 'step.end', 'run.end']);
    expect(outcomeIn(events)).toEqual({ status: 'completed', finish: 'tool-calls' });
  });

  it('runs its own calls of the same answer first', async () => {
    const add = testTool('add');
    const { events } = await playRun([[toolCall('open_door'), toolCall('add')]], {
      input: { clientTools, tools: [add.tool] },
    });
    expect(add.runs).toHaveLength(1);
    expect(eventsOf(events, 'tool.result').map(({ index }) => index)).toEqual([1]);
    expect(outcomeIn(events)).toMatchObject({ finish: 'tool-calls' });
  });
});

describe('runAgent when the model fails', () => {
  it('ends as failed with code, message and next step', async () => {
    const { events } = await playRun([failWith(401)]);
    expect(typesOf(events)).toEqual(['run.start', 'step.start', 'run.end']);
    expect(outcomeIn(events)).toMatchObject({
      status: 'failed',
      error: { code: 'provider.auth', hint: expect.any(String) },
    });
  });

  it('asks again when a stream breaks in the middle, and says what to forget', async () => {
    const { events, model } = await playRun([
      [text('Once upon'), cut()],
      [text('Once upon a time.')],
    ]);
    expect(typesOf(events).slice(3, 7)).toEqual([
      'text.delta',
      'text.reset',
      'step.start',
      'text.start',
    ]);
    expect(eventsOf(events, 'text.reset')).toEqual([
      { type: 'text.reset', blockId: '1.0', step: 1, attempt: 2 },
    ]);
    expect(answerText(viewOf(events))).toBe('Once upon a time.');
    expect(model.requests[0]).toEqual(model.requests[1]);
    expect(model.open).toBe(0);
  });

  it('takes the number of the new attempt from the journal', async () => {
    const { events } = await playRun([[text('a'), cut()], [text('b')]], {
      deps: { restartStep: async () => 7 },
    });
    expect(eventsOf(events, 'step.start').map(({ attempt }) => attempt)).toEqual([1, 7]);
  });

  it('gives up after so many attempts', async () => {
    const broken = [text('a'), cut()];
    const { events } = await playRun([broken, broken, broken]);
    expect(eventsOf(events, 'step.start')).toHaveLength(3);
    expect(outcomeIn(events)).toMatchObject({ error: { code: 'provider.network' } });
  });

  it('does not ask again where that cannot help', async () => {
    const { events } = await playRun([[text('a'), { type: 'malformed' }]]);
    expect(outcomeIn(events)).toMatchObject({ error: { code: 'provider.invalid' } });
  });

  it('does not show what is not meant to be shown', async () => {
    const { events } = await playRun([new TypeError('secret detail')]);
    expect(outcomeIn(events)).toMatchObject({ error: { code: 'internal' } });
    expect(JSON.stringify(events)).not.toContain('secret detail');
  });
});

describe('the limits of a run', () => {
  const add = testTool('add');
  const tools = [add.tool];

  it('stops after so many steps', async () => {
    const { events } = await playRun([[toolCall('add', { n: 1 })], [toolCall('add', { n: 2 })]], {
      input: { tools, limits: { maxSteps: 2 } },
    });
    expect(outcomeIn(events)).toMatchObject({
      error: { code: 'run.limit', message: 'No answer after 2 steps.' },
    });
  });

  it('stops after so many tokens, those of earlier claims included', async () => {
    const usage = { inputTokens: 60, outputTokens: 40 };
    const script = [[toolCall('add'), finish('tool-calls', { usage })]];
    const input = { tools, limits: { maxTokens: 120 } };
    const { events } = await playRun(script, {
      input: {
        ...input,
        resume: { step: 1, attempt: 1, spent: { tokens: 21, wallMs: 0 } },
      },
    });
    expect(outcomeIn(events)).toMatchObject({ error: { code: 'run.limit' } });
    const { events: fits } = await playRun([...script, [text('done')]], { input });
    expect(outcomeIn(fits).status).toBe('completed');
  });

  it('stops after so much time, also in the middle of an answer', async () => {
    const clock = manualClock();
    const model = scriptedModel([[text('a'), text('b'), text('c')]]);
    const events: RunEvent[] = [];
    const input = { ...question, limits: { maxWallMs: 1000 } };
    for await (const event of runAgent(input, { provider: model, clock }, never)) {
      events.push(event);
      if (event.type === 'text.delta') await clock.advance(600);
    }
    expect(eventsOf(events, 'text.delta')).toHaveLength(2);
    expect(outcomeIn(events)).toMatchObject({ error: { code: 'run.limit' } });
    expect(model.open).toBe(0);
  });

  it('counts the time it was worked at, not the wall clock', async () => {
    const clock = manualClock();
    const model = scriptedModel([[toolCall('add')], [text('done')]]);
    const events: RunEvent[] = [];
    for await (const event of runAgent({ ...question, tools }, { provider: model, clock }, never)) {
      events.push(event);
      clock.setNow(Date.UTC(2030, 0, 1));
    }
    expect(outcomeIn(events).status).toBe('completed');
    const { events: late } = await playRun([], {
      input: { resume: { step: 1, attempt: 1, spent: { tokens: 0, wallMs: 16 * 60_000 } } },
    });
    expect(outcomeIn(late)).toMatchObject({ error: { code: 'run.limit' } });
  });

  it('answers a repeated call without running it, then ends the run', async () => {
    const again = testTool('again');
    const { events } = await playRun(() => [toolCall('again')], {
      input: { tools: [again.tool] },
    });
    expect(again.runs).toHaveLength(3);
    expect(resultsIn(events).map(([state]) => state)).toEqual([
      'done',
      'done',
      'done',
      'failed',
      'failed',
      'failed',
    ]);
    expect(resultsIn(events)[3]?.[1]).toContain('made 4 times');
    expect(outcomeIn(events)).toMatchObject({ error: { code: 'run.loop' } });
  });
});

describe('outcomeOf', () => {
  it.each(['user', 'shutdown', 'interrupt', 'disconnect'] as const)('tells a stop by %s', (by) => {
    const signal = AbortSignal.abort(new Cancelled(by));
    expect(outcomeOf(signal.reason, signal)).toEqual({ status: 'aborted', by });
  });

  it('takes any other abort as an operator', () => {
    const signal = AbortSignal.abort();
    expect(outcomeOf(new Error('x'), signal)).toEqual({ status: 'aborted', by: 'operator' });
  });
});

describe('a call that must be admitted', () => {
  it('is made as it was admitted, each attempt of it anew', async () => {
    const asked: string[] = [];
    const other = scriptedModel([[text('from '), cut()], [text('another')]], { id: 'cheap' });
    const { events, model } = await playRun([], {
      deps: {
        admitCall: ({ step, request }) => {
          asked.push(`${step} ${request.model}`);
          return Promise.resolve({ provider: other, request: { ...request, model: 'm2' } });
        },
      },
    });
    expect(asked).toEqual(['1 m1', '1 m1']);
    expect(model.requests).toEqual([]);
    expect(other.requests.map((request) => request.model)).toEqual(['m2', 'm2']);
    expect(answerText(viewOf(events))).toBe('another');
    expect(events.find(({ type }) => type === 'step.end')).toMatchObject({
      model: 'cheap/m2',
      message: { origin: { provider: 'cheap', model: 'm2' } },
    });
  });

  it('is not made when it is refused, and the run ends with the reason', async () => {
    const { events, model } = await playRun([], {
      deps: { admitCall: () => Promise.reject(new CuttleError('budget.exceeded', 'No room.')) },
    });
    expect(model.requests).toEqual([]);
    expect(typesOf(events)).toEqual(['run.start', 'run.end']);
    expect(outcomeIn(events)).toMatchObject({
      status: 'failed',
      error: { code: 'budget.exceeded', message: 'No room.' },
    });
  });
});
