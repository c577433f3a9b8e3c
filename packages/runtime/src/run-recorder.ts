import {
  calibrate,
  type CallPlan,
  type CallVerdict,
  defaultLimits,
  ownCalls,
  planHash,
  readCall,
} from '@cuttle/agent';
import {
  addUsage,
  callsOf,
  costOf,
  type RunEventOf,
  type RunEvent,
  type TaintSource,
} from '@cuttle/core-types';
import type {
  PlannedCall,
  StepContext,
  StoredCall,
  ToolContext,
  OutboundDraft,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { givenUpOf } from './count-cuts.ts';
import { showBubble } from './bubble.ts';
import { actionDraft } from './action-draft.ts';
import { approvalDraft } from './approval-draft.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { publishWithdrawn } from './publish-rows.ts';
import { changesOf, judgeTool, policiesAbove } from './offered-tools.ts';
import { findPlace } from './run-place.ts';
import { publish, type JudgedCall, type RunState } from './run-state.ts';
import { tellAbove } from './tell-above.ts';

/** Stores each event of a run before it is published and before the loop goes on. `run.end` is its caller's. */
export async function recordEvent(
  state: RunState,
  event: Exclude<RunEvent, { type: 'run.end' }>,
): Promise<void> {
  switch (event.type) {
    case 'step.start':
      beginStep(state, event);
      return publish(state, event);
    case 'text.delta':
      return addText(state, event);
    case 'text.reset':
      state.texts.delete(event.step);
      return publish(state, event);
    case 'step.end':
      return recordStep(state, event);
    case 'tool.call':
      return recordStart(state, event);
    case 'tool.result':
      return recordResult(state, event);
    case 'run.park':
      return recordPark(state, event);
    case 'run.start':
    case 'text.start':
    case 'text.end':
    case 'thinking.start':
    case 'thinking.delta':
    case 'thinking.end':
    case 'tool.progress':
    case 'usage.update':
    case 'compaction.start':
    case 'compaction.end':
    case 'approval.request':
    case 'approval.resolve':
      return publish(state, event);
  }
}

function beginStep(state: RunState, { step, attempt }: RunEventOf<'step.start'>): void {
  state.step = step;
  state.attempt = attempt;
  state.isStored = false;
  state.texts.delete(step);
  state.judged.clear();
  state.deltas.begin(step, attempt);
  state.kernel.point('model.before.request');
}

async function addText(state: RunState, event: RunEventOf<'text.delta'>): Promise<void> {
  const before = state.texts.get(state.step);
  state.kernel.point(before === undefined ? 'model.after.first_delta' : 'model.mid_stream');
  state.texts.set(state.step, (before ?? '') + event.text);
  state.deltas.add(event.text);
  publish(state, event);
  await showBubble(state);
}

async function recordStep(state: RunState, event: RunEventOf<'step.end'>): Promise<void> {
  const { kernel, claimed, context } = state;
  kernel.point('model.after.finish');
  await state.deltas.settled();
  const calls = callsOf(event.message);
  const own = ownCalls(calls, context);
  const ownIndexes = new Set(own.map(({ index }) => index));
  state.clientCalls = calls.filter((_call, index) => !ownIndexes.has(index));
  state.usage = addUsage(state.usage, event.usage);
  state.lastAnswer = event.message;
  const planned = await planCalls(state, own);
  const { provider, model } = answererOf(event, context.model);
  const prices = (await kernel.models().findFacts(`${provider}/${model}`))?.prices;
  const record = {
    runId: claimed.runId,
    fence: claimed.fence,
    step: event.step,
    answer: event.message,
    finish: event.finish,
    usage: event.usage,
    provider,
    model,
    costMicros: prices && costOf(prices, event.usage),
    personId: claimed.principal.id,
    reserved: state.reservedStep === event.step,
    context: contextOf(state, event),
    saidBy: event.model === '' ? ('system' as const) : undefined,
    calls: planned,
    cut: await givenUpOf(state),
  };
  if (planned.length === 0) {
    state.held = { record, event };
    return;
  }
  kernel.point('step.done.before.commit');
  const { events } = await kernel.store.journal.recordStep(record);
  kernel.point('step.done.after.commit');
  state.isStored = true;
  state.calls.clear();
  publish(state, event, events);
}

/** How much of its window the session uses now, and how well that was estimated. */
function contextOf({ fit }: RunState, { usage }: RunEventOf<'step.end'>): StepContext | undefined {
  if (fit.estimated === 0 || usage.inputTokens === 0) return undefined;
  const scale = calibrate({ estimated: fit.estimated, real: usage.inputTokens }, fit.scale);
  fit.scale = scale;
  return { tokens: usage.inputTokens + usage.outputTokens, scale };
}

/** Who answered, which may be another than was asked. */
function answererOf(
  { message: { origin } }: RunEventOf<'step.end'>,
  asked: RunState['context']['model'],
): { readonly provider: string; readonly model: string } {
  return origin ?? { provider: asked.provider.id, model: asked.model };
}

/** The own calls of an answer as rows to be, as they would run, each judged by the policy of this moment. */
async function planCalls(
  state: RunState,
  own: ReturnType<typeof ownCalls>,
): Promise<PlannedCall[]> {
  const planned: PlannedCall[] = [];
  for (const { call, index } of own) {
    const read = readCall(call, state.context);
    const { name, input } = read;
    const hash = await planHash(name, input);
    const judged = read.ok
      ? await judge(state, { index, tool: read.tool, input, hash })
      : undefined;
    planned.push({
      index,
      callId: call.callId,
      tool: name,
      input,
      effect: judged?.tool.effect ?? 'pure',
      planHash: hash,
      gated: judged?.decision.kind === 'ask',
    });
  }
  return planned;
}

async function judge(
  state: RunState,
  call: Pick<JudgedCall, 'index' | 'tool' | 'input' | 'hash'>,
): Promise<JudgedCall> {
  const { claimed, context, controller, taint } = state;
  const { agentId } = claimed;
  const { tool, input } = call;
  const changes = await changesOf(tool, { input, agentId }, controller.signal);
  const decision = judgeTool({
    claimed,
    agent: context.agent,
    above: policiesAbove(state.kernel, claimed.subagent),
    taint,
    tool,
    changes,
    action: 'tool.use',
  });
  const judged: JudgedCall = { ...call, decision, approvalId: undefined };
  state.judged.set(call.index, judged);
  return judged;
}

/** The second place of the policy: asked at dispatch, with what the approvals say. */
export async function authoriseCall(
  state: RunState,
  plan: CallPlan,
  stored: StoredCall | undefined,
): Promise<CallVerdict> {
  const { tool, input, index, hash } = plan;
  // What was stored, shown and perhaps approved is another plan than the one that would run now.
  if (stored && stored.planHash !== hash)
    return { kind: 'deny', text: textFor('tool.plan-changed', { tool: tool.name }) };
  const judged = state.judged.get(index) ?? (await judge(state, { index, tool, input, hash }));
  const { decision } = judged;
  if (decision.kind === 'deny')
    return {
      kind: 'deny',
      text: textFor('tool.denied', { tool: tool.name, reason: textFor(decision.reason) }),
    };
  const wasGated = stored?.gated === true;
  if (decision.kind === 'allow' && !wasGated) return { kind: 'allow' };
  judged.approvalId ??= stored?.approvalId ?? state.kernel.newId();
  return verdictOf(stored?.approvalState, judged.approvalId);
}

function verdictOf(approval: StoredCall['approvalState'], ref: string): CallVerdict {
  switch (approval) {
    case 'approved':
    case 'consumed':
      return { kind: 'allow' };
    case 'denied':
      return { kind: 'deny', text: textFor('tool.approval-denied') };
    case 'expired':
      return { kind: 'deny', text: textFor('tool.approval-expired') };
    case 'cancelled':
      return { kind: 'cancel', text: textFor('tool.approval-cancelled') };
    case 'pending':
    case undefined:
      return { kind: 'park', ref };
  }
}

/** What a call may ask of the kernel; it takes effect in the transaction that stores the call's result. */
export function askContext(
  state: RunState,
  { index, step }: CallPlan,
): Pick<ToolContext, 'taint' | 'send' | 'act'> {
  const drafts: OutboundDraft[] = [];
  const taint = new Set<TaintSource>();
  state.asks.set(index, { drafts, taint });
  const { kernel, claimed } = state;
  kernel.point('tool.effect.before');
  const nextOrigin = (): string => `${claimed.runId}:${step}:${index}:${drafts.length}`;
  return {
    taint: (source) => void taint.add(source),
    send({ to, answer }) {
      const place = findPlace(state, to);
      const added = noticeDrafts(kernel, { ...place, origin: nextOrigin(), answer });
      drafts.push(...added);
      return added.map(({ outboundId }) => outboundId);
    },
    async act(request) {
      const draft = await actionDraft(state, request);
      drafts.push({ ...draft, origin: nextOrigin() });
      return draft.outboundId;
    },
  };
}

async function recordStart(state: RunState, event: RunEventOf<'tool.call'>): Promise<void> {
  const { kernel, claimed, context } = state;
  const { step, index } = event;
  const tool = context.tools.find(({ name }) => name === event.name);
  const timeoutMs =
    tool?.timeoutMs ?? context.agent.limits.toolTimeoutMs ?? defaultLimits.toolTimeoutMs;
  const deadline = kernel.clock.now() + timeoutMs;
  const approvalId = state.judged.get(index)?.approvalId;
  kernel.point('tool.started.before.commit');
  const { events } = await kernel.store.journal.startCalls({
    runId: claimed.runId,
    fence: claimed.fence,
    step,
    calls: [{ index, deadline, approvalId }],
  });
  kernel.point('tool.started.after.commit');
  publish(state, event, events);
}

async function recordResult(state: RunState, event: RunEventOf<'tool.result'>): Promise<void> {
  const { kernel, claimed } = state;
  const { step, index, state: callState, result } = event;
  const asks = state.asks.get(index);
  const isDone = callState === 'done';
  if (asks) kernel.point('tool.effect.after');
  for (const source of asks?.taint ?? []) state.taint.add(source);
  kernel.point('tool.finished.before.commit');
  const committed = await kernel.store.journal.finishCall({
    runId: claimed.runId,
    fence: claimed.fence,
    step,
    index,
    state: callState,
    result,
    taint: [...(asks?.taint ?? [])],
    outbound: isDone ? (asks?.drafts ?? []) : [],
  });
  kernel.point('tool.finished.after.commit');
  state.asks.delete(index);
  for (const conversationId of committed.conversations) kernel.dispatcher.wake(conversationId);
  publish(state, event, committed.events);
}

async function recordPark(state: RunState, event: RunEventOf<'run.park'>): Promise<void> {
  const { kernel, claimed } = state;
  const fresh = [...state.judged.values()].filter(
    ({ approvalId, decision }) => approvalId !== undefined && decision.kind === 'ask',
  );
  const known = new Set((await storedCalls(state)).flatMap(({ approvalId }) => approvalId ?? []));
  const approvals = fresh.filter(
    ({ approvalId }) => approvalId !== undefined && !known.has(approvalId),
  );
  const drafts = await Promise.all(approvals.map((call) => approvalDraft(state, call)));
  kernel.point('approval.park.before.commit');
  const committed = await kernel.store.journal.parkRun({
    runId: claimed.runId,
    fence: claimed.fence,
    reason: event.reason,
    resumeAt: event.reason.untilMs,
    approvals: drafts,
  });
  kernel.point('approval.park.after.commit');
  if (event.reason.kind === 'child') kernel.subagentTimers.wake();
  for (const conversationId of committed.conversations) kernel.dispatcher.wake(conversationId);
  for (const { approvalId = '', index, tool, input } of approvals)
    publish(state, {
      type: 'approval.request',
      approvalId,
      step: state.step,
      index,
      name: tool.name,
      input,
    });
  publish(
    state,
    event,
    committed.events.filter(({ kind }) => kind === 'run.park'),
  );
  if (claimed.subagent && approvals.length > 0)
    await tellAbove(kernel, claimed.subagent.subagentId);
  const { runId, sessionKey, createdAt } = claimed;
  publishWithdrawn(kernel, { runId, sessionKey, createdAt }, committed.events);
}

async function storedCalls({ kernel, claimed, step }: RunState): Promise<readonly StoredCall[]> {
  const run = await kernel.store.reader.findRun(claimed.runId);
  return run?.steps.find((row) => row.step === step)?.calls ?? [];
}
