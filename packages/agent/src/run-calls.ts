import type {
  ParkReason,
  RunEvent,
  RunEventOf,
  ToolCallPart,
  ToolResultPart,
} from '@cuttle/core-types';
import type { Clock } from '@cuttle/core-types/ports';
import type { AgentDeps, CallPlan, ResumedCall, RunIdentity } from './agent-input.ts';
import { decideCall, type ReadyCall, type SettledCall } from './decide-call.ts';
import { createEventQueue } from './event-queue.ts';
import type { RunLimits } from './limits.ts';
import type { LoopVerdict } from './loop-guard.ts';
import type { Offer } from './read-call.ts';
import { runTogether } from './run-together.ts';
import { runTool } from './run-tool.ts';

export interface CallsOfStep {
  readonly step: number;
  readonly calls: readonly { readonly call: ToolCallPart; readonly index: number }[];
  /** Where these calls stood when the run was cut; empty for a fresh step. */
  readonly stored: readonly ResumedCall[];
  readonly offer: Offer;
  readonly identity: RunIdentity;
  readonly limits: RunLimits;
  readonly clock: Clock;
  readonly judge: (call: ToolCallPart) => LoopVerdict;
}
export interface CallsResult {
  /** In the order of the calls; one that waits has none yet. */
  readonly results: readonly ToolResultPart[];
  readonly parked: ParkReason | undefined;
}

/**
 * Runs the calls of one step. All are decided first; then they run side by side, opaque ones one at a time in order. Each starts
 * only after its own `tool.call` was yielded and pulled past, and ends with one `tool.result`.
 */
export async function* runCalls(
  input: CallsOfStep,
  deps: AgentDeps,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, CallsResult, void> {
  const results = new Map<number, ToolResultPart>();
  const ready: ReadyCall[] = [];
  const parks: ParkReason[] = [];
  for (const { call, index } of input.calls) {
    const stored = input.stored.find((row) => row.index === index);
    if (stored?.result) {
      results.set(index, stored.result);
      continue;
    }
    const toDecide = { ...input, call, index, stored };
    const fate = await decideCall(toDecide, { ...deps, clock: input.clock }, signal);
    if (fate.kind === 'parked') parks.push({ kind: 'approval', ref: fate.ref });
    else if (fate.kind === 'ready') ready.push(fate.ready);
    else {
      const event = resultEvent({ ...toDecide, name: fate.name }, fate.settled);
      results.set(index, event.result);
      yield event;
    }
  }
  const park = (reason: ParkReason): void => void parks.push(reason);
  for await (const event of runReady(ready, input, { deps, signal, park })) {
    if (event.type === 'tool.result') results.set(event.index, event.result);
    yield event;
  }
  const inOrder = [...results].toSorted(([left], [right]) => left - right);
  // An approval first: whoever is asked has the run's next word, and the other calls are made again anyway.
  const parked = parks.find(({ kind }) => kind === 'approval') ?? joinWaits(parks);
  return { results: inOrder.map(([, result]) => result), parked };
}

/** Calls that wait side by side are one wait: for all of their rows, until the first of their moments. */
function joinWaits(parks: readonly ParkReason[]): ParkReason | undefined {
  const [first] = parks;
  if (!first) return undefined;
  const moments = parks.flatMap(({ untilMs }) => untilMs ?? []);
  const ref = [...new Set(parks.flatMap((park) => park.ref.split(',')))].join(',');
  return { ...first, ref, ...(moments.length > 0 && { untilMs: Math.min(...moments) }) };
}

async function* runReady(
  ready: readonly ReadyCall[],
  { identity, limits, clock }: CallsOfStep,
  {
    deps,
    signal,
    park,
  }: { deps: AgentDeps; signal: AbortSignal; park: (reason: ParkReason) => void },
): AsyncGenerator<RunEvent, void, void> {
  if (ready.length === 0) return;
  const queue = createEventQueue<RunEvent>();
  const leave = new AbortController();
  const both = AbortSignal.any([signal, leave.signal]);
  const surroundings = { identity, limits, clock, contextFor: deps.contextFor, say: queue.push };
  const run = async (item: ReadyCall): Promise<void> => {
    const { plan, call } = item;
    await queue.pushTaken(() => callEvent(plan, call), both);
    const settled = await runTool(item, surroundings, both);
    if (settled.state === 'parked') return park(settled.reason);
    queue.push(() => resultEvent({ ...plan, call, name: plan.tool.name }, settled));
  };
  const isAlone = ({ plan }: ReadyCall): boolean => plan.tool.effect === 'opaque';
  const all = runTogether(ready, { width: limits.maxParallelCalls, isAlone }, run).then(
    () => queue.close(),
    (error: unknown) => queue.close({ error }),
  );
  try {
    yield* queue;
  } finally {
    leave.abort(); // stops what runs, where the reader left or a part of the program failed
    await all;
  }
}

function callEvent(
  { step, index, tool, input }: CallPlan,
  { callId }: ToolCallPart,
): RunEventOf<'tool.call'> {
  return { type: 'tool.call', step, index, callId, name: tool.name, input };
}

/** The event names the tool that was meant; the result answers the call as the model wrote it. */
function resultEvent(
  place: { step: number; index: number; call: ToolCallPart; name: string },
  { state, text, output }: SettledCall,
): RunEventOf<'tool.result'> {
  const { step, index, call, name } = place;
  const images = output?.images ?? [];
  const result: ToolResultPart = {
    type: 'tool-result',
    callId: call.callId,
    name: call.name,
    ok: state === 'done',
    content: [{ type: 'text', text }, ...images],
  };
  return { type: 'tool.result', step, index, callId: call.callId, name, state, result };
}
