import type { ToolCallPart } from '@cuttle/core-types';
import type { Effect } from '@cuttle/core-types/ports';
import { manualClock } from '@cuttle/testkit';
import { describe, expect, it } from 'vitest';
import type { CallPlan, CallVerdict, ResumedCall, RunIdentity } from './agent-input.ts';
import { type CallFate, decideCall } from './decide-call.ts';
import { planHash } from './plan-hash.ts';
import { never } from './testing/play-run.ts';
import { type TestTool, testTool } from './testing/test-tool.ts';

const identity: RunIdentity = {
  runId: 'r',
  agentId: 'a',
  sessionKey: 's',
  principal: { id: 'p', kind: 'owner', scopes: [] },
  provenance: { door: 'test', accountId: 'test', trust: 'owner' },
};
const call: ToolCallPart = { type: 'tool-call', callId: 'c1', name: 'act', input: { n: 1 } };
const allow = async (): Promise<CallVerdict> => ({ kind: 'allow' });

async function decide(
  { tool }: TestTool,
  {
    stored,
    authorise = allow,
    offered = true,
    clock = manualClock(),
    signal = never,
  }: {
    stored?: ResumedCall;
    authorise?: (plan: CallPlan) => Promise<CallVerdict>;
    offered?: boolean;
    clock?: ReturnType<typeof manualClock>;
    signal?: AbortSignal;
  } = {},
): Promise<CallFate> {
  const offer = { tools: offered ? [tool] : [], clientTools: [] };
  const judge = () => ({ kind: 'fine', count: 1 }) as const;
  const toDecide = { step: 1, index: 0, call, stored, offer, identity, judge };
  return decideCall(toDecide, { authorise, clock }, signal);
}

const started = (effect: Effect, over: Partial<ResumedCall> = {}): ResumedCall => ({
  index: 0,
  state: 'started',
  effect,
  result: undefined,
  ...over,
});
const summary = (fate: CallFate): string =>
  fate.kind === 'settled' ? fate.settled.state : fate.kind;

describe('decideCall of a call that had not started', () => {
  it.each([undefined, { ...started('opaque'), state: 'planned' as const }])(
    'asks the policy, whatever the effect',
    async (stored) => {
      const plans: CallPlan[] = [];
      const authorise = async (plan: CallPlan): Promise<CallVerdict> => {
        plans.push(plan);
        return { kind: 'allow' };
      };
      const act = testTool('act', { effect: 'opaque' });
      const fate = await decide(act, { authorise, ...(stored && { stored }) });
      const hash = await planHash('act', { n: 1 });
      expect(plans).toEqual([{ step: 1, index: 0, tool: act.tool, input: { n: 1 }, hash }]);
      expect(fate).toMatchObject({ kind: 'ready', ready: { key: `r:1:0:${hash.slice(0, 16)}` } });
    },
  );

  it('fails with the words of the policy', async () => {
    const fate = await decide(testTool('act'), {
      authorise: async () => ({ kind: 'deny', text: 'No.' }),
    });
    expect(fate).toEqual({
      kind: 'settled',
      name: 'act',
      settled: { state: 'failed', text: 'No.' },
    });
  });

  it('is cancelled where nobody wants it any more', async () => {
    const fate = await decide(testTool('act'), {
      authorise: async () => ({ kind: 'cancel', text: 'Withdrawn.' }),
    });
    expect(fate).toEqual({
      kind: 'settled',
      name: 'act',
      settled: { state: 'cancelled', text: 'Withdrawn.' },
    });
  });

  it('waits for an approval', async () => {
    const fate = await decide(testTool('act'), {
      authorise: async () => ({ kind: 'park', ref: 'ap1' }),
    });
    expect(fate).toEqual({ kind: 'parked', ref: 'ap1' });
  });

  it('fails where the tool is not offered any more', async () => {
    expect(summary(await decide(testTool('act'), { offered: false }))).toBe('failed');
  });
});

describe('decideCall of a call that was under way', () => {
  it.each([
    ['pure', 'ready'],
    ['keyed', 'ready'],
    ['opaque', 'unknown'],
  ] as const)('decides %s: %s, and asks the policy no more', async (effect, expected) => {
    const act = testTool('act', { effect });
    const authorise = (): Promise<never> => Promise.reject(new Error('asked'));
    expect(summary(await decide(act, { stored: started(effect), authorise }))).toBe(expected);
  });

  it.each([
    ['done', 'done'],
    ['absent', 'ready'],
    ['unknown', 'unknown'],
  ] as const)('asks a probeable tool: %s gives %s', async (found, expected) => {
    const act = testTool('act', { effect: 'probeable', probe: async () => found });
    expect(summary(await decide(act, { stored: started('probeable') }))).toBe(expected);
    const hash = await planHash('act', { n: 1 });
    expect(act.probed).toEqual([`r:1:0:${hash.slice(0, 16)}`]);
  });

  it('runs again what is absent only when nothing sent before the cut can arrive any more', async () => {
    const clock = manualClock();
    const found: ('absent' | 'done')[] = ['absent', 'done'];
    const act = testTool('act', {
      effect: 'probeable',
      probe: async () => found.shift() ?? 'done',
    });
    const stored = started('probeable', { deadline: clock.now() + 2_000 });
    const deciding = decide(act, { stored, clock });
    await clock.untilSleeping(1, never);
    await clock.advance(2_400);
    expect(act.probed).toHaveLength(1);
    await clock.advance(100);
    expect(summary(await deciding)).toBe('done');
  });

  it('waits for no longer than the call could have taken, whatever the clock says', async () => {
    const clock = manualClock();
    const act = testTool('act', { effect: 'probeable', probe: async () => 'absent' });
    const stored = started('probeable', { deadline: clock.now() + 86_400_000 });
    const deciding = decide(act, { stored, clock });
    await clock.untilSleeping(1, never);
    await clock.advance(60_500);
    expect(summary(await deciding)).toBe('ready');
  });

  it('leaves the outcome unknown where a probe fails, takes too long or is not there', async () => {
    const failing = testTool('act', {
      effect: 'probeable',
      probe: () => Promise.reject(new Error('no')),
    });
    const stored = started('probeable');
    expect(summary(await decide(failing, { stored }))).toBe('unknown');
    expect(summary(await decide(testTool('act', { effect: 'probeable' }), { stored }))).toBe(
      'unknown',
    );
    const hanging = testTool('act', { effect: 'probeable', probe: () => new Promise(() => {}) });
    const clock = manualClock();
    const deciding = decide(hanging, { stored, clock });
    await clock.untilSleeping(1, never);
    await clock.advance(10_000);
    expect(summary(await deciding)).toBe('unknown');
  });

  it('is stopped by an abort during a probe', async () => {
    const stop = new AbortController();
    const act = testTool('act', {
      effect: 'probeable',
      probe: () => {
        stop.abort(new Error('enough'));
        return new Promise(() => {});
      },
    });
    await expect(
      decide(act, { stored: started('probeable'), signal: stop.signal }),
    ).rejects.toThrow('enough');
  });

  it('never runs again what the tool promised otherwise when it started', async () => {
    const effects: readonly Effect[] = ['pure', 'keyed', 'probeable', 'opaque'];
    for (const before of effects)
      for (const now of effects.filter((effect) => effect !== before)) {
        const act = testTool('act', { effect: now, probe: async () => 'absent' });
        expect(summary(await decide(act, { stored: started(before) }))).toBe('unknown');
      }
  });

  it('never runs again with another key, which another plan would be', async () => {
    const stored = started('keyed', { planHash: 'other' });
    expect(summary(await decide(testTool('act', { effect: 'keyed' }), { stored }))).toBe('unknown');
    const same = started('keyed', { planHash: await planHash('act', { n: 1 }) });
    expect(summary(await decide(testTool('act', { effect: 'keyed' }), { stored: same }))).toBe(
      'ready',
    );
    const pure = started('pure', { planHash: 'other' });
    expect(summary(await decide(testTool('act'), { stored: pure }))).toBe('ready');
  });

  it('stays unknown where the tool is not there any more', async () => {
    const stored = started('keyed');
    expect(summary(await decide(testTool('act'), { stored, offered: false }))).toBe('unknown');
  });
});
