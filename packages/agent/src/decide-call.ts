import type { ToolCallPart } from '@cuttle/core-types';
import type { Clock, Tool, ToolOutput } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { AgentDeps, CallPlan, ResumedCall, RunIdentity } from './agent-input.ts';
import { defaultLimits } from './limits.ts';
import type { LoopVerdict } from './loop-guard.ts';
import { callKey, planHash } from './plan-hash.ts';
import { type Offer, readCall } from './read-call.ts';
import { withDeadline } from './with-deadline.ts';

/** A call that may run. */
export interface ReadyCall {
  readonly plan: CallPlan;
  readonly call: ToolCallPart;
  /** What the tool is run with. */
  readonly value: unknown;
  /** One for the whole life of the call, whatever the number of attempts. */
  readonly key: string;
}
export interface SettledCall {
  readonly state: 'done' | 'failed' | 'unknown' | 'cancelled';
  readonly text: string;
  readonly output?: ToolOutput;
}
export type CallFate =
  | { readonly kind: 'ready'; readonly ready: ReadyCall }
  | { readonly kind: 'settled'; readonly name: string; readonly settled: SettledCall }
  | { readonly kind: 'parked'; readonly ref: string };

export interface CallToDecide {
  readonly step: number;
  readonly index: number;
  readonly call: ToolCallPart;
  /** Where the call stood when the run was cut; absent for a fresh one. */
  readonly stored: ResumedCall | undefined;
  readonly offer: Offer;
  readonly identity: RunIdentity;
  readonly judge: (call: ToolCallPart) => LoopVerdict;
}

/** A tool answers a question about the past within this, or the outcome stays unknown. */
const probeMs = 10_000;
/** Added to a deadline before an effect is believed never to come: clocks differ, and what was sent travels. */
const marginMs = 500;

/** What becomes of a call before it may start: the recovery table of a cut run, then name, input, loop and policy. */
export async function decideCall(
  { step, index, call, stored, offer, identity, judge }: CallToDecide,
  deps: { readonly authorise?: AgentDeps['authorise']; readonly clock: Clock },
  signal: AbortSignal,
): Promise<CallFate> {
  const read = readCall(call, offer);
  const wasStarted = stored?.state === 'started';
  if (!read.ok) return wasStarted ? settled(read.name, outcomeUnknown) : failed(read);
  const { tool, input, value, name } = read;
  const hash = await planHash(name, input);
  const plan: CallPlan = { step, index, tool, input, hash };
  const key = callKey({ runId: identity.runId, step, index }, hash);
  const ready: ReadyCall = { plan, call, value, key };
  if (wasStarted) return recover({ stored, ready }, deps, signal);
  const { kind, count } = judge(call);
  if (kind !== 'fine') return failed({ name, text: textFor('tool.loop', { count }) });
  const verdict = (await deps.authorise?.(plan)) ?? { kind: 'allow' };
  switch (verdict.kind) {
    case 'allow':
      return { kind: 'ready', ready };
    case 'deny':
      return failed({ name, text: verdict.text });
    case 'cancel':
      return settled(name, { state: 'cancelled', text: verdict.text });
    case 'park':
      return { kind: 'parked', ref: verdict.ref };
  }
}

const outcomeUnknown: SettledCall = { state: 'unknown', text: textFor('tool.outcome-unknown') };

function settled(name: string, settlement: SettledCall): CallFate {
  return { kind: 'settled', name, settled: settlement };
}
function failed({ name, text }: { name: string; text: string }): CallFate {
  return settled(name, { state: 'failed', text });
}

/**
 * The call was under way when the run was cut; the policy had let it start. What it promised when it started decides,
 * and only while the tool still promises it and the plan is still the same.
 */
async function recover(
  { stored, ready }: { stored: ResumedCall; ready: ReadyCall },
  { clock }: { readonly clock: Clock },
  signal: AbortSignal,
): Promise<CallFate> {
  const { plan, key } = ready;
  const { tool } = plan;
  if (stored.effect !== tool.effect) return settled(tool.name, outcomeUnknown);
  if (tool.effect === 'pure') return { kind: 'ready', ready };
  const isSamePlan = stored.planHash === undefined || stored.planHash === plan.hash;
  if (!isSamePlan || tool.effect === 'opaque') return settled(tool.name, outcomeUnknown);
  if (tool.effect === 'keyed') return { kind: 'ready', ready };
  switch (await probeForGood({ stored, tool, key, clock }, signal)) {
    case 'absent':
      return { kind: 'ready', ready };
    case 'done':
      return settled(tool.name, { state: 'done', text: textFor('tool.took-effect') });
    case 'unknown':
      return settled(tool.name, outcomeUnknown);
  }
}

/** What is absent before its deadline may be on its way still: it is looked for once more when nothing can come any more. */
async function probeForGood(
  { stored, ...question }: { stored: ResumedCall; tool: Tool; key: string; clock: Clock },
  signal: AbortSignal,
): Promise<'done' | 'absent' | 'unknown'> {
  const { tool, clock } = question;
  const found = await probe(question, signal);
  const leftMs = (stored.deadline ?? 0) + marginMs - clock.now();
  if (found !== 'absent' || leftMs <= 0) return found;
  // A clock that was put back must not hold the run for longer than the call could ever have taken.
  const mostMs = (tool.timeoutMs ?? defaultLimits.toolTimeoutMs) + marginMs;
  await clock.sleep(Math.min(leftMs, mostMs), signal);
  return probe(question, signal);
}

async function probe(
  { tool, key, clock }: { tool: Tool; key: string; clock: Clock },
  signal: AbortSignal,
): Promise<'done' | 'absent' | 'unknown'> {
  const ask = async (both: AbortSignal): Promise<'done' | 'absent' | 'unknown'> =>
    (await tool.probe?.(key, both)) ?? 'unknown';
  try {
    return await withDeadline({ ms: probeMs, clock }, ask, signal);
  } catch {
    signal.throwIfAborted();
    // A tool that cannot say is no reason to end the run, nor to repeat an effect.
    return 'unknown';
  }
}
