import type { ClaimedRun, SubagentDraft } from '@cuttle/core-types/ports';
import { expect } from 'vitest';
import { callOf, resultOf, type World } from './world.ts';

/** Short words for what tests do to runs that work through others. */
export interface SubagentWorld {
  /** A run whose model has asked for so many calls, all of them started. */
  beginCalling(calls: number): Promise<ClaimedRun>;
  plan(run: ClaimedRun, step: number, calls: number): Promise<void>;
  draftOf(run: ClaimedRun, more?: Partial<SubagentDraft>): SubagentDraft;
  spawn(
    run: ClaimedRun,
    more?: Partial<SubagentDraft>,
  ): Promise<{ subagentId: string; sessionId: string }>;
  take(
    run: ClaimedRun,
    subagentIds: readonly string[] | undefined,
    timeoutMs?: number,
  ): ReturnType<World['journal']['takeResults']>;
  finish(run: ClaimedRun, index: number): Promise<void>;
  interrupt(sessionId: string): Promise<ClaimedRun>;
  textsOf(run: ClaimedRun): Promise<string[]>;
  /** How many messages of its transcript hold a word. */
  shown(run: ClaimedRun, word: string): Promise<number>;
  park(run: ClaimedRun, ref: string): ReturnType<World['journal']['parkRun']>;
}

export function createSubagentWorld(get: () => World): SubagentWorld {
  const beginCalling = async (calls: number): Promise<ClaimedRun> => {
    const run = await get().begin({ taint: ['web'] });
    await plan(run, 1, calls);
    return run;
  };
  const plan = async (run: ClaimedRun, step: number, calls: number): Promise<void> => {
    const { journal, record, now } = get();
    const planned = Array.from({ length: calls }, (_, index) => callOf(index));
    await journal.recordStep(record(run, step, { calls: planned }));
    const { runId, fence } = run;
    const started = planned.map(({ index }) => ({ index, deadline: now() + 1_000 }));
    await journal.startCalls({ runId, fence, step, calls: started });
  };
  const draftOf = (run: ClaimedRun, more: Partial<SubagentDraft> = {}): SubagentDraft => {
    const { runId, fence } = run;
    const index = more.index ?? 0;
    return {
      runId,
      fence,
      step: 1,
      index,
      subagentId: get().newId(),
      kind: 'task',
      label: `job ${index}`,
      sessionKey: `agent:main:sub:${runId}:1-${index}`,
      agentId: 'main',
      lineage: ['main'],
      depth: 1,
      hops: 0,
      body: { v: 1, parts: [{ type: 'text', text: 'do it' }] },
      bodyHash: 'hash',
      taint: ['web'],
      mostOpen: 5,
      ...more,
    };
  };
  const spawn = async (
    run: ClaimedRun,
    more: Partial<SubagentDraft> = {},
  ): Promise<{ subagentId: string; sessionId: string }> => {
    const spawned = await get().journal.spawnSubagent(draftOf(run, more));
    return spawned.kind === 'spawned' ? spawned : expect.fail(`not spawned: ${spawned.kind}`);
  };
  const take = (run: ClaimedRun, subagentIds: readonly string[] | undefined, timeoutMs = 60_000) =>
    get().journal.takeResults({
      runId: run.runId,
      fence: run.fence,
      step: 1,
      index: 0,
      subagentIds,
      timeoutMs,
    });
  const finish = async (run: ClaimedRun, index: number): Promise<void> => {
    const { runId, fence } = run;
    const end = {
      state: 'done',
      result: resultOf(`call-${index}`),
      taint: [],
      outbound: [],
    } as const;
    await get().journal.finishCall({ runId, fence, step: 1, index, ...end });
  };
  const interrupt = async (sessionId: string): Promise<ClaimedRun> => {
    const place = { sessionId, fence: get().newId(), closing: [] };
    const result = await get().journal.interruptRun(place);
    if (!result) throw new Error('Nothing was interrupted.');
    return result.run;
  };
  const textsOf = async (run: ClaimedRun): Promise<string[]> => {
    const { sessionId, generation } = run;
    const range = { afterSeq: 0, uptoSeq: 999, limit: 999 };
    const entries = await get().reader.readTranscript({ sessionId, generation, ...range });
    return entries.flatMap(({ messages }) => messages.map((message) => JSON.stringify(message)));
  };
  const shown = async (run: ClaimedRun, word: string): Promise<number> =>
    (await textsOf(run)).filter((text) => text.includes(word)).length;

  const park = (run: ClaimedRun, ref: string): ReturnType<World['journal']['parkRun']> =>
    get().journal.parkRun({
      runId: run.runId,
      fence: run.fence,
      reason: { kind: 'child', ref },
      resumeAt: get().now() + 60_000,
      approvals: [],
    });
  return { beginCalling, plan, draftOf, spawn, take, finish, interrupt, textsOf, shown, park };
}
