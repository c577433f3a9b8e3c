import { noUsage, type RunError, type RunOutcome } from '@cuttle/core-types';
import type { ErrorBody } from '@cuttle/core-types/errors';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import { endBubble } from './bubble.ts';
import { cutBeforeCall, cutStepOf } from './count-cuts.ts';
import { failureText } from './failure-text.ts';
import { finalDrafts } from './final-drafts.ts';
import type { Kernel } from './kernel.ts';
import { endMarks } from './marks.ts';
import { publishRows } from './publish-rows.ts';
import { modelOf, type RunState, usedBy } from './run-state.ts';
import { othersOf, tellOthers } from './subagent-ends.ts';

type Failure = Omit<ErrorBody, 'retryable'>;

/** Ends a run as failed and tells whoever waits. */
export async function failRun(
  kernel: Kernel,
  { claimed, state }: { claimed: ClaimedRun; state: RunState | undefined },
  failure: Failure,
): Promise<void> {
  const { runId, fence, sessionId, sessionKey } = claimed;
  const error = toRunError(failure);
  const text = failureText(error);
  if (state) endBubble(state);
  const told = finalDrafts(kernel, claimed, { text, notice: 'run.failed' });
  const notice = [...told, ...(await endMarks(kernel, claimed, 'failed'))];
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
  const rest = { usage: state ? usedBy(state) : noUsage, model: state && modelOf(state) };
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
