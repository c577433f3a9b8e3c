import type { RunEventOf, RunOutcome } from '@cuttle/core-types';
import type { DurableEvent, Journal } from '@cuttle/core-types/ports';
import { endBubble } from './bubble.ts';
import { endMarks } from './marks.ts';
import { finalDrafts } from './final-drafts.ts';
import { modelOf, publish, type RunState, textSoFar, usedBy } from './run-state.ts';
import { endSeqOf, othersOf, publishParked, tellOthers } from './subagent-ends.ts';

/** Stores the end of an answer, unless a message arrived meanwhile or sub-agents are still at work; then tells whoever waits. */
export async function completeRun(
  state: RunState,
  event: RunEventOf<'run.end'>,
  outcome: Completed,
): Promise<'ended' | 'steered'> {
  const { kernel, claimed } = state;
  const text = textSoFar(state);
  endBubble(state);
  const result = await commitAnswer(state, { text, outcome });
  publishStored(state, result.events);
  if (result.kind === 'steered') return 'steered';
  if (result.kind === 'waits') {
    publishParked(state, result.events);
    return 'ended';
  }
  state.hasNext = result.queued > 0;
  for (const conversationId of result.conversations) kernel.dispatcher.wake(conversationId);
  const eventSeq = endSeqOf(claimed, result.events);
  publishEnd(state, { event, eventSeq, inbounds: result.inbounds });
  settleFates(state, { inbounds: result.inbounds, text, outcome });
  kernel.point('complete.after.publish');
  if (claimed.subagent) await tellOthers(kernel, othersOf(claimed, result.events), claimed.runId);
  return 'ended';
}

type Completed = Extract<RunOutcome, { status: 'completed' }>;

async function commitAnswer(
  { kernel, claimed, held, clientCalls }: RunState,
  { text, outcome }: { readonly text: string; readonly outcome: Completed },
): ReturnType<Journal['completeRun']> {
  kernel.point('complete.before.commit');
  if (claimed.subagent) kernel.point('subagent.complete.before.commit');
  const result = await kernel.store.journal.completeRun({
    runId: claimed.runId,
    fence: claimed.fence,
    last: held?.record,
    finish: outcome.finish,
    outbound: [
      ...finalDrafts(kernel, claimed, { text }),
      ...(await endMarks(kernel, claimed, 'done')),
    ],
    silent: text === '' && clientCalls.length === 0 ? 'run.silent' : undefined,
  });
  kernel.point('complete.after.commit');
  if (claimed.subagent) kernel.point('subagent.complete.after.commit');
  return result;
}

/** The last step was held back until now. */
function publishStored(state: RunState, events: readonly DurableEvent[]): void {
  const { held } = state;
  state.isStored = true;
  state.calls.clear();
  state.held = undefined;
  if (!held) return;
  publish(
    state,
    held.event,
    events.filter(({ kind }) => kind === 'step.end'),
  );
}

function settleFates(
  state: RunState,
  {
    inbounds,
    text,
    outcome,
  }: { readonly inbounds: readonly string[]; readonly text: string; readonly outcome: Completed },
): void {
  const { kernel, claimed, clientCalls } = state;
  for (const inboundId of inbounds)
    kernel.fates.settle({
      inboundId,
      runId: claimed.runId,
      state: 'answered',
      text,
      outcome,
      clientCalls,
      usage: usedBy(state),
      model: modelOf(state),
    });
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
