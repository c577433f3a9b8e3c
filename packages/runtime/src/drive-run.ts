import { type AgentDeps, type ResumePoint, runAgent, type Spent } from '@cuttle/agent';
import type { Message, RunEvent } from '@cuttle/core-types';
import { messagesOf, noUsage } from '@cuttle/core-types';
import type { StoredCall, StoredRun } from '@cuttle/core-types/ports';
import { createAdmission } from './admit-call.ts';
import { compactSession } from './compact-session.ts';
import { completeRun } from './complete-run.ts';
import { restartStep } from './count-cuts.ts';
import { createContextView } from './context-view.ts';
import { failRun } from './fail-run.ts';
import { readFor, type StartPoint } from './run-context.ts';
import { askContext, authoriseCall, recordEvent } from './run-recorder.ts';
import { publish, type RunState } from './run-state.ts';

/** Segments of the loop: one, unless a message arrived between the last answer and its completion. */
export async function driveRun(
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
      if (state.gate) await state.gate;
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
