import type { ToolContext } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { manualClock } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import type { RunEvent, ToolCallPart } from '@cuttle/core-types';
import type { ReadyCall } from './decide-call.ts';
import { defaultLimits } from './limits.ts';
import { runTool, type ToolSurroundings } from './run-tool.ts';
import { failureOf, never } from './testing/play-run.ts';
import { type TestTool, testTool } from './testing/test-tool.ts';

const call: ToolCallPart = { type: 'tool-call', callId: 'c1', name: 'tool', input: {} };
const identity: ToolSurroundings['identity'] = {
  runId: 'r',
  agentId: 'a',
  sessionKey: 's',
  principal: { id: 'p', kind: 'owner', scopes: [] },
  provenance: { door: 'test', accountId: 'test', trust: 'owner' },
};

function ready({ tool }: TestTool, value: unknown = { n: 1 }): ReadyCall {
  const plan = { step: 2, index: 1, tool, input: {}, hash: 'h' };
  return { plan, call, value, key: 'r:2:1:h' };
}

function surroundings(over: Partial<ToolSurroundings> = {}): ToolSurroundings {
  const clock = manualClock();
  return {
    identity,
    limits: defaultLimits,
    clock,
    contextFor: undefined,
    say: () => {},
    ...over,
  };
}

describe('runTool', () => {
  it('gives the tool its input, its key and who it serves', async () => {
    const tool = testTool('tool');
    expect(await runTool(ready(tool), surroundings(), never)).toMatchObject({
      state: 'done',
      text: 'tool {"n":1}',
    });
    expect(tool.runs).toMatchObject([
      { input: { n: 1 }, context: { ...identity, key: 'r:2:1:h' } },
    ]);
  });

  it.each([
    [
      'a failure with a code',
      new CuttleError('fetch.timeout', 'Too slow.'),
      'fetch.timeout: Too slow.',
    ],
    ['an error', new Error('broken'), 'tool.failed: broken'],
    ['a text', 'broken', 'tool.failed: broken'],
    ['something without a text', Object.create(null), 'tool.failed: The tool gave no reason.'],
    ['an abort of its own', new DOMException('mine', 'AbortError'), 'tool.failed: mine'],
  ])('tells the model why it failed: %s', async (_what, thrown, told) => {
    const tool = testTool('tool', {
      run: () => {
        throw thrown;
      },
    });
    const settled = await runTool(ready(tool), surroundings(), never);
    expect(settled).toMatchObject({ state: 'failed' });
    expect(textIn(settled).slice(0, told.length)).toBe(told);
  });

  it('cuts what is too long, of results and of failures', async () => {
    const long = 'x'.repeat(500);
    const wordy = testTool('tool', { run: async () => ({ text: long }), maxOutputChars: 100 });
    const failing = testTool('tool', {
      run: () => Promise.reject(new Error(long)),
      maxOutputChars: 100,
    });
    for (const tool of [wordy, failing]) {
      const text = textIn(await runTool(ready(tool), surroundings(), never));
      expect(text.length).toBeLessThanOrEqual(100);
      expect(text).toContain('characters left out');
    }
  });

  it('ends a tool that ignores its signal, by its own time or by the default', async () => {
    const hang = (): Promise<never> => new Promise(() => {});
    for (const timeoutMs of [5, undefined]) {
      const clock = manualClock();
      const tool = testTool('tool', { run: hang, ...(timeoutMs && { timeoutMs }) });
      const settling = runTool(ready(tool), surroundings({ clock }), never);
      await clock.advance(timeoutMs ?? defaultLimits.toolTimeoutMs);
      expect(await settling).toMatchObject({
        state: 'failed',
        text: expect.stringContaining('tool.timeout'),
      });
      expect(tool.runs[0]?.signal.aborted).toBe(true);
    }
  });

  it('throws the reason of an abort, and nothing else', async () => {
    const stop = new AbortController();
    const tool = testTool('tool', { run: () => new Promise(() => {}) });
    const settling = runTool(ready(tool), surroundings(), stop.signal);
    const failed = failureOf(settling);
    stop.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
  });

  it('has the latest report of a tool read, and none after its end', async () => {
    const said: (() => RunEvent)[] = [];
    const tool = testTool('tool', {
      run: async ({ context }) => {
        for (let percent = 0; percent <= 100; percent += 1) context.progress(`${percent} %`);
        return { text: 'done' };
      },
    });
    await runTool(ready(tool), surroundings({ say: (event) => said.push(event) }), never);
    tool.runs[0]?.context.progress('too late');
    expect(said.map((event) => event())).toEqual([
      { type: 'tool.progress', step: 2, index: 1, callId: 'c1', text: '100 %' },
    ]);
  });

  it('says that nobody sends messages here', async () => {
    const tool = testTool('tool', {
      run: async ({ context }) => {
        context.send({ to: 'current', answer: { text: 'hi' } });
        return { text: 'sent' };
      },
    });
    const settled = await runTool(ready(tool), surroundings(), never);
    expect(settled).toEqual({
      state: 'failed',
      text: 'tool.failed: This program gave the agent no way to send messages.',
    });
  });

  it('hands what a tool asks for to the program', async () => {
    const asked: string[] = [];
    const contextFor = (): Pick<ToolContext, 'taint' | 'send' | 'act'> => ({
      taint: () => void asked.push('taint'),
      send() {
        asked.push('send');
        return ['id-1'];
      },
      async act({ action }) {
        asked.push(action);
        return 'id-2';
      },
    });
    const tool = testTool('tool', {
      run: async ({ context }) => {
        context.taint('web');
        const ids = context.send({ to: 'current', answer: { text: 'hi' } });
        const id = await context.act({ action: 'react', input: {} });
        return { text: [...ids, id].join() };
      },
    });
    await runTool(ready(tool), surroundings({ contextFor }), never);
    expect(asked).toEqual(['taint', 'send', 'react']);
  });
});

function textIn(settled: Awaited<ReturnType<typeof runTool>>): string {
  if (settled.state === 'parked') throw new Error('The call waits.');
  return settled.text;
}

it('leaves a call open that its tool wants made again', async () => {
  const reason = { kind: 'child', ref: 'c1', untilMs: 5 } as const;
  const tool = testTool('tool', { run: async () => ({ text: '', park: reason }) });
  expect(await runTool(ready(tool), surroundings(), never)).toEqual({ state: 'parked', reason });
});
