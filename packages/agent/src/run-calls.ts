import type { Json, RunEvent, RunEventOf, ToolCallPart, ToolResultPart } from '@cuttle/core-types';
import { isCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type { Clock, Tool, ToolOutput } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { AgentDeps, CallPlan, ResumedCall, RunIdentity } from './agent-input.ts';
import { createEventQueue, type EventQueue } from './event-queue.ts';
import type { RunLimits } from './limits.ts';
import type { LoopVerdict } from './loop-guard.ts';
import { callKey, planHash } from './plan-hash.ts';
import { repairToolInput, repairToolName } from './repair-call.ts';
import { truncateOutput } from './truncate-output.ts';
import { withDeadline } from './with-deadline.ts';

export interface CallsOfStep {
  readonly step: number;
  readonly calls: readonly { readonly call: ToolCallPart; readonly index: number }[];
  /** Where these calls stood when the run was cut; empty for a fresh step. */
  readonly stored: readonly ResumedCall[];
  readonly tools: ReadonlyMap<string, Tool>;
  readonly identity: RunIdentity;
  readonly limits: RunLimits;
  readonly clock: Clock;
  readonly judge: (call: ToolCallPart) => LoopVerdict;
}
export interface CallsResult {
  /** In the order of the calls; one that waits for an approval has none yet. */
  readonly results: readonly ToolResultPart[];
  readonly parked: string | undefined;
}

type Ready = {
  readonly plan: CallPlan;
  readonly call: ToolCallPart;
  readonly input: unknown;
  readonly key: string;
};
type Settled = {
  readonly state: 'done' | 'failed' | 'unknown';
  readonly text: string;
  readonly output?: ToolOutput;
};
type Fate =
  | { kind: 'ready'; ready: Ready }
  | { kind: 'settled'; settled: Settled }
  | { kind: 'parked'; ref: string };

/**
 * Runs the calls of one step: `tool.call` of every call that may run is yielded, and pulled past, before any of them starts.
 * Calls run together, opaque ones one at a time in order. Each ends with one `tool.result`; one that waits for an approval has none yet.
 */
export async function* runCalls(
  input: CallsOfStep,
  deps: AgentDeps,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, CallsResult, void> {
  const results = new Map<number, ToolResultPart>();
  const ready: Ready[] = [];
  let parked: string | undefined;
  for (const { call, index } of input.calls) {
    const stored = input.stored.find((row) => row.index === index);
    if (stored?.result) {
      results.set(index, stored.result);
      continue;
    }
    const fate = await decide({ call, index, stored }, input, deps);
    if (fate.kind === 'parked') parked ??= fate.ref;
    else if (fate.kind === 'ready') ready.push(fate.ready);
    else {
      const event = resultEvent(input.step, { index, call }, fate.settled);
      results.set(index, event.result);
      yield event;
    }
  }
  for (const { plan, call } of ready) yield callEvent(plan, call);
  for await (const event of execute(ready, input, { deps, signal })) {
    if (event.type === 'tool.result') results.set(event.index, event.result);
    yield event;
  }
  const inOrder = [...results].toSorted(([left], [right]) => left - right);
  return { results: inOrder.map(([, result]) => result), parked };
}

/** What becomes of a call before it may start: the recovery table of a cut run, then name, loop, input and policy. */
async function decide(
  { call, index, stored }: { call: ToolCallPart; index: number; stored: ResumedCall | undefined },
  input: CallsOfStep,
  deps: AgentDeps,
): Promise<Fate> {
  const failed = (text: string): Fate => ({ kind: 'settled', settled: { state: 'failed', text } });
  const name = repairToolName(call.name, [...input.tools.keys()]);
  const tool = name === undefined ? undefined : input.tools.get(name);
  if (!tool)
    return failed(
      textFor('tool.not-offered', { tool: call.name, tools: [...input.tools.keys()].join(', ') }),
    );
  const parsed = repairToolInput(tool.input, call.input);
  if (!parsed.ok) return failed(parsed.message);
  const plan: CallPlan = { step: input.step, index, tool, input: call.input };
  const key = callKey(
    { runId: input.identity.runId, step: input.step, index },
    await planHash(tool.name, call.input),
  );
  const ready: Fate = { kind: 'ready', ready: { plan, call, input: parsed.input, key } };
  if (stored?.state === 'started') return recover(tool, key, ready);
  const repetition = input.judge(call);
  if (repetition.kind !== 'fine') return failed(textFor('tool.loop', { count: repetition.count }));
  const verdict = deps.authorise ? await deps.authorise(plan) : { kind: 'allow' as const };
  if (verdict.kind === 'deny') return failed(verdict.text);
  return verdict.kind === 'park' ? { kind: 'parked', ref: verdict.ref } : ready;
}

/** The call was under way when the run was cut. */
async function recover(tool: Tool, key: string, ready: Fate): Promise<Fate> {
  const unknown: Fate = {
    kind: 'settled',
    settled: { state: 'unknown', text: textFor('tool.outcome-unknown') },
  };
  if (tool.effect === 'pure' || tool.effect === 'keyed') return ready;
  if (tool.effect === 'opaque' || !tool.probe) return unknown;
  const found = await tool.probe(key, AbortSignal.timeout(10_000)).catch(() => 'unknown' as const);
  if (found === 'absent') return ready;
  if (found === 'done')
    return {
      kind: 'settled',
      settled: { state: 'done', text: 'It had taken effect before the interruption.' },
    };
  return unknown;
}

async function* execute(
  ready: readonly Ready[],
  input: CallsOfStep,
  { deps, signal }: { deps: AgentDeps; signal: AbortSignal },
): AsyncGenerator<RunEvent, void, void> {
  const queue = createEventQueue<RunEvent>();
  const leave = new AbortController();
  const both = AbortSignal.any([signal, leave.signal]);
  const one = async (item: Ready): Promise<void> => {
    const settled = await runOne(item, input, { deps, queue, signal: both });
    queue.push(resultEvent(input.step, { index: item.plan.index, call: item.call }, settled));
  };
  const inTurn = async (items: readonly Ready[]): Promise<void> => {
    for (const item of items) await one(item);
  };
  const opaque = ready.filter(({ plan }) => plan.tool.effect === 'opaque');
  const others = ready.filter(({ plan }) => plan.tool.effect !== 'opaque');
  const all = Promise.all([...others.map(one), inTurn(opaque)]).then(
    () => queue.close(),
    (error: unknown) => queue.close(error),
  );
  try {
    yield* queue;
  } finally {
    leave.abort(signal.aborted ? signal.reason : undefined);
    await all;
  }
}

/** A tool that fails answers the model; only an abort leaves this function as an exception. */
async function runOne(
  { plan, call: { callId }, input, key }: Ready,
  { identity, limits, clock, step }: CallsOfStep,
  { deps, queue, signal }: { deps: AgentDeps; queue: EventQueue<RunEvent>; signal: AbortSignal },
): Promise<Settled> {
  const { tool, index } = plan;
  const asks = deps.contextFor?.(plan) ?? { taint: () => {}, send: refuseSend };
  const context = {
    ...identity,
    ...asks,
    key,
    progress: (text: string) => queue.push({ type: 'tool.progress', step, index, callId, text }),
  };
  try {
    const ms = tool.timeoutMs ?? limits.toolTimeoutMs;
    const output = await withDeadline(
      { ms, clock },
      (both) => tool.run(input, context, both),
      signal,
    );
    return {
      state: 'done',
      text: truncateOutput(output.text, tool.maxOutputChars ?? 10_000),
      output,
    };
  } catch (error) {
    signal.throwIfAborted();
    return { state: 'failed', text: explain(error) };
  }
}

function refuseSend(): void {
  throw new TypeError('This program gave the agent no way to send messages.');
}

/** Why a tool failed, for the model: code, what happened, what to do. */
function explain(error: unknown): string {
  if (isCuttleError(error)) {
    const { code, message, hint } = toErrorBody(error);
    return `${code}: ${message} ${hint ?? ''}`.trim();
  }
  return `tool.failed: ${error instanceof Error ? error.message : String(error)}`;
}

function callEvent({ step, index, tool }: CallPlan, call: ToolCallPart): RunEventOf<'tool.call'> {
  const input: Json = call.input;
  return { type: 'tool.call', step, index, callId: call.callId, name: tool.name, input };
}

function resultEvent(
  step: number,
  { index, call }: { index: number; call: ToolCallPart },
  { state, text, output }: Settled,
): RunEventOf<'tool.result'> {
  const images = output?.images ?? [];
  const result: ToolResultPart = {
    type: 'tool-result',
    callId: call.callId,
    name: call.name,
    ok: state === 'done',
    content: [{ type: 'text', text }, ...images],
  };
  return { type: 'tool.result', step, index, callId: call.callId, name: call.name, state, result };
}
