import { type AgentDeps, runAgent } from '@cuttle/agent';
import type { ResumePoint, Spent } from '@cuttle/agent';
import type { Message, RunError, RunEvent, RunEventOf, RunOutcome } from '@cuttle/core-types';
import { messagesOf, noUsage } from '@cuttle/core-types';
import { type ErrorBody, isCuttleError, toErrorBody } from '@cuttle/core-types/errors';
import type {
  Answer,
  ClaimedRun,
  OutboundDraft,
  StoredCall,
  StoredRun,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { conversationOf, toActive } from './to-active.ts';
import { createAdmission } from './admit-call.ts';
import { endBubble } from './bubble.ts';
import { compactSession } from './compact-session.ts';
import { createContextView } from './context-view.ts';
import { createDeltaJournal } from './delta-journal.ts';
import {
  countAborted,
  countLost,
  cutBeforeCall,
  cutStepOf,
  fixedOf,
  restartStep,
} from './count-cuts.ts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { publishRows } from './publish-rows.ts';
import {
  chooseModel,
  createRunContext,
  readFor,
  readStartPoint,
  type StartPoint,
} from './run-context.ts';
import { askContext, authoriseCall, recordEvent } from './run-recorder.ts';
import { createRunState, modelOf, publish, type RunState, textSoFar } from './run-state.ts';
import { endSeqOf, othersOf, publishParked, tellOthers } from './subagent-ends.ts';
import { showTyping } from './typing.ts';

/** A run that was claimed so often without a new row is given up. */
const mostStalls = 3;

/**
 * Drives a claimed run to its end, its parking, or the end of this process. `waits`: for a messenger that is not connected, which
 * wakes the session when it is. Never rejects but for a broken store.
 */
export async function executeRun(kernel: Kernel, claimed: ClaimedRun): Promise<'over' | 'waits'> {
  kernel.point(claimed.resumed ? 'takeover.after.commit' : 'claim.after.commit');
  if (claimed.stalls >= mostStalls) {
    const error = { code: 'run.poisoned', message: textFor('run.poisoned') };
    await failRun(kernel, { claimed, state: undefined }, error);
    return 'over';
  }
  if (claimed.route.kind === 'push' && !kernel.accounts.has(claimed.route.accountId)) {
    await waitForAccount(kernel, claimed, claimed.route.accountId);
    return 'waits';
  }
  const controller = new AbortController();
  let state: RunState | undefined;
  const active = toActive(kernel, { claimed, controller, state: () => state });
  kernel.active.add(active);
  try {
    const chosen = chooseModel(kernel, claimed);
    const [context, start] = await Promise.all([
      createRunContext(kernel, claimed, chosen),
      readStartPoint(kernel, claimed, chosen),
    ]);
    await countLost(kernel, claimed, fixedOf(context, start.messages));
    const deltas = createDeltaJournal({ ...kernel, journal: kernel.store.journal }, claimed);
    state = createRunState({ kernel, claimed, context, controller, deltas }, start);
    const typing = showTyping(kernel, claimed, controller.signal);
    try {
      await drive(state, start);
    } finally {
      typing.stop();
      endBubble(state);
    }
  } catch (error) {
    if (controller.signal.aborted || isCuttleError(error, 'run.fence-lost')) return 'over';
    if (isCuttleError(error, 'store.failed', 'store.full')) throw error;
    kernel.log.error('A run failed.', { error, runId: claimed.runId });
    await failRun(kernel, { claimed, state }, toErrorBody(error));
  } finally {
    if (controller.signal.aborted) await countAborted(kernel, active);
    kernel.active.remove(active);
  }
  return 'over';
}

/** The answer could not be rendered for a messenger that is not connected: the run waits for it, holding nothing. */
async function waitForAccount(
  kernel: Kernel,
  claimed: ClaimedRun,
  accountId: string,
): Promise<void> {
  await countLost(kernel, claimed);
  const { runId, fence, sessionId } = claimed;
  const reason = { kind: 'backoff' as const, ref: `account:${accountId}` };
  await kernel.store.journal.parkRun({
    runId,
    fence,
    reason,
    resumeAt: kernel.clock.now(),
    approvals: [],
  });
  kernel.waitingForAccount.add(accountId, sessionId);
}

/** Segments of the loop: one, unless a message arrived between the last answer and its completion. */
async function drive(
  state: RunState,
  start: Pick<StartPoint, 'messages' | 'resume' | 'stored'>,
): Promise<void> {
  let messages = start.messages;
  let resume = start.resume;
  for (;;) {
    const isTask = resume.step === 1 && state.context.body?.task !== undefined;
    const end = isTask
      ? await answerTask(state, { messages, resume })
      : await runSegment(state, { messages, resume, stored: start.stored });
    if (end !== 'steered') return;
    const step = state.step + 1;
    await openStep(state, step);
    // From the rows: what the segment's steps did stands between.
    messages = await readFor(state.kernel, state.claimed, state);
    resume = { step, attempt: 1, spent: spentSince(state, start.resume) };
  }
}

/** Work on the session itself: its answer is the system's. */
async function answerTask(
  state: RunState,
  { messages, resume: { step, attempt } }: Pick<StartPoint, 'messages' | 'resume'>,
): Promise<'ended' | 'steered'> {
  const { kernel, claimed, controller, context } = state;
  if (attempt === 1)
    publish(state, { type: 'run.start', model: context.model.ref }, claimed.events);
  await recordEvent(state, { type: 'step.start', step, attempt });
  const text = await compactSession(state, messages, controller.signal);
  for (const event of sayAsSystem(step, text)) await recordEvent(state, event);
  kernel.point('recover.each');
  const outcome = { status: 'completed', finish: 'stop' } as const;
  return completeRun(state, { type: 'run.end', outcome }, outcome);
}

function sayAsSystem(
  step: number,
  text: string,
): readonly Exclude<RunEvent, { type: 'run.end' }>[] {
  const blockId = `${step}.0`;
  const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text }] };
  return [
    { type: 'text.start', blockId },
    { type: 'text.delta', blockId, text },
    { type: 'text.end', blockId },
    { type: 'step.end', step, message, finish: 'stop', usage: noUsage, model: '' },
  ];
}

function spentSince({ kernel, usage, startedAt }: RunState, { spent }: ResumePoint): Spent {
  const tokens = (spent?.tokens ?? 0) + usage.inputTokens + usage.outputTokens;
  return { tokens, wallMs: kernel.clock.monotonic() - startedAt };
}

async function runSegment(
  state: RunState,
  {
    messages,
    resume,
    stored,
  }: { messages: readonly Message[]; resume: ResumePoint; stored: StoredRun | undefined },
): Promise<'ended' | 'steered'> {
  const { context, controller, claimed, kernel } = state;
  if (resume.attempt === 1 && resume.step === 1)
    publish(state, { type: 'run.start', model: context.model.ref }, claimed.events);
  const input = {
    model: context.model.model,
    messages: await state.showMedia(messages, controller.signal),
    system: context.system,
    tools: context.tools,
    isCore: context.isCore,
    clientTools: context.clientTools,
    parameters: context.body?.parameters,
    thinking: context.agent.thinking,
    limits: context.agent.limits,
    identity: { ...claimed, provenance: claimed.provenance },
    resume,
  };
  for await (const event of runAgent(input, agentDeps(state, stored), controller.signal)) {
    if (event.type === 'run.start') continue;
    if (event.type !== 'run.end') {
      if (controller.signal.aborted && event.type !== 'tool.result') continue;
      await recordEvent(state, event);
      kernel.point('recover.each');
      continue;
    }
    // A stop is stored by whoever asked for it, a shutdown by nobody: the next start goes on.
    if (event.outcome.status === 'aborted') return 'ended';
    if (event.outcome.status === 'failed') {
      await failRun(kernel, { claimed, state }, event.outcome.error);
      return 'ended';
    }
    return completeRun(state, event, event.outcome);
  }
  return 'ended';
}

function agentDeps(state: RunState, stored: StoredRun | undefined): AgentDeps {
  const { kernel, context } = state;
  const callsOfStep = (step: number): readonly StoredCall[] =>
    stored?.steps.find((row) => row.step === step)?.calls ?? [];
  const { calls } = state;
  const admit = createAdmission(state);
  return {
    provider: calls.watch(context.model.provider),
    clock: kernel.clock,
    openStep: (step) => openStep(state, step),
    restartStep: (step) => restartStep(state, step),
    admitCall:
      admit &&
      (async (call) => {
        const { provider, request } = await admit(call);
        return { provider: calls.watch(provider), request };
      }),
    viewContext: createContextView(state),
    authorise: (plan) =>
      authoriseCall(
        state,
        plan,
        callsOfStep(plan.step).find(({ index }) => index === plan.index),
      ),
    contextFor: (plan) => askContext(state, plan),
  };
}

async function openStep(state: RunState, step: number): Promise<readonly Message[]> {
  const { kernel, claimed, fit, showMedia, controller } = state;
  kernel.point('step.open.before.commit');
  const opened = await kernel.store.journal.openStep({
    runId: claimed.runId,
    fence: claimed.fence,
    step,
  });
  kernel.point('step.open.after.commit');
  if (opened) {
    // From here on a summary may be asked for, which is a call of this step.
    state.step = step;
    state.attempt = opened.attempt;
    state.isStored = false;
    fit.uptoSeq = opened.uptoSeq;
    fit.summaryUpto = opened.summaryUpto;
  }
  const said = (opened?.bound ?? []).flatMap(({ body }) => messagesOf(body));
  return showMedia(said, controller.signal);
}

async function completeRun(
  state: RunState,
  event: RunEventOf<'run.end'>,
  outcome: Extract<RunOutcome, { status: 'completed' }>,
): Promise<'ended' | 'steered'> {
  const { kernel, claimed, held } = state;
  const text = textSoFar(state);
  endBubble(state);
  kernel.point('complete.before.commit');
  if (claimed.subagent) kernel.point('subagent.complete.before.commit');
  const result = await kernel.store.journal.completeRun({
    runId: claimed.runId,
    fence: claimed.fence,
    last: held?.record,
    finish: outcome.finish,
    outbound: finalDrafts(kernel, claimed, { text }),
    silent: text === '' && state.clientCalls.length === 0 ? 'run.silent' : undefined,
  });
  kernel.point('complete.after.commit');
  if (claimed.subagent) kernel.point('subagent.complete.after.commit');
  state.isStored = true;
  state.calls.clear();
  if (held)
    publish(
      state,
      held.event,
      result.events.filter(({ kind }) => kind === 'step.end'),
    );
  state.held = undefined;
  if (result.kind === 'steered') return 'steered';
  if (result.kind === 'waits') {
    publishParked(state, result.events);
    return 'ended';
  }
  for (const conversationId of result.conversations) kernel.dispatcher.wake(conversationId);
  publishEnd(state, {
    event,
    eventSeq: endSeqOf(claimed, result.events),
    inbounds: result.inbounds,
  });
  for (const inboundId of result.inbounds) {
    kernel.fates.settle({
      inboundId,
      runId: claimed.runId,
      state: 'answered',
      text,
      outcome,
      clientCalls: state.clientCalls,
      usage: state.usage,
      model: modelOf(state),
    });
  }
  kernel.point('complete.after.publish');
  if (claimed.subagent) await tellOthers(kernel, othersOf(claimed, result.events), claimed.runId);
  return 'ended';
}

/** The answer as rows of the conversation; none for doors that read the stored answer. */
function finalDrafts(kernel: Kernel, claimed: ClaimedRun, answer: Answer): OutboundDraft[] {
  const conversation = conversationOf(claimed);
  if (!conversation || answer.text === '') return [];
  // A run may be given up before its account is connected, and its sender must be told.
  const { accountId } = conversation;
  const channel = kernel.findRenderer({ accountId, door: claimed.route.door });
  const origin = `${claimed.runId}:final`;
  return channel ? noticeDrafts(kernel, { channel, conversation, origin, answer }) : [];
}

type Failure = Omit<ErrorBody, 'retryable'>;

/** Ends a run as failed and tells whoever waits. */
async function failRun(
  kernel: Kernel,
  { claimed, state }: { claimed: ClaimedRun; state: RunState | undefined },
  failure: Failure,
): Promise<void> {
  const { runId, fence, sessionId, sessionKey } = claimed;
  const error = toRunError(failure);
  const { message, hint = '' } = failure;
  const text = textFor('run.failed', { message, hint }).trim();
  if (state) endBubble(state);
  const notice = finalDrafts(kernel, claimed, { text, notice: 'run.failed' });
  const cut = await (state ? cutStepOf(state) : cutBeforeCall(kernel, claimed));
  const settled = await kernel.store.journal.failRun({ runId, fence, error, cut, notice });
  for (const conversationId of settled.conversations) kernel.dispatcher.wake(conversationId);
  const outcome: RunOutcome = { status: 'failed', error };
  if (claimed.subagent) await tellOthers(kernel, othersOf(claimed, settled.events), runId);
  const own = settled.events.filter((event) => event.sessionId === sessionId);
  const next = await publishRows(kernel, own);
  kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId,
    seq: next(runId),
    eventSeq: own.at(-1)?.seq,
    event: { type: 'run.end', outcome },
    text: () => text,
    inbounds: settled.inbounds,
  });
  kernel.log.warn('A run ended as failed.', { runId, code: failure.code });
  const rest = { usage: state?.usage ?? noUsage, model: state && modelOf(state) };
  for (const inboundId of settled.inbounds)
    kernel.fates.settle({
      inboundId,
      runId,
      state: 'failed',
      text,
      reason: failure.code,
      outcome,
      clientCalls: [],
      ...rest,
    });
}

function toRunError({ code, message, hint, retryAfterMs }: Failure): RunError {
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function publishEnd(
  state: RunState,
  end: { event: RunEventOf<'run.end'>; eventSeq: number | undefined; inbounds: readonly string[] },
): void {
  const { sessionId, sessionKey, runId } = state.claimed;
  state.seq += 1;
  state.kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId,
    seq: state.seq,
    text: () => textSoFar(state),
    ...end,
  });
}
