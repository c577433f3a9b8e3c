import { endBubbleOf } from './bubble.ts';
import { executeRun } from './execute-run.ts';
import type { Kernel } from './kernel.ts';
import { publishRows } from './publish-rows.ts';
import { stopDrafts } from './stop-run.ts';

/** A message of mode `interrupt` arrived: the active run ends, its messages and this one get a new run. */
export function interruptSession(kernel: Kernel, sessionId: string): void {
  const failed = (error: unknown): void =>
    kernel.log.error('A run could not be interrupted; the message waits for its end.', {
      error,
      sessionId,
    });
  const work = (): Promise<string> =>
    interrupt(kernel, sessionId)
      .catch(failed)
      // Whatever came of it, the session may have work.
      .then(() => sessionId);
  kernel.sessions.beside(work, 'any');
}

async function interrupt(kernel: Kernel, sessionId: string): Promise<void> {
  const result = await endActive(kernel, sessionId);
  if (!result) return;
  const { aborted, run } = result;
  const active = kernel.active.findRun(aborted);
  endBubbleOf(kernel, active);
  if (run.conversationId !== undefined) kernel.dispatcher.wake(run.conversationId);
  const event = {
    type: 'run.end' as const,
    outcome: { status: 'aborted' as const, by: 'interrupt' as const },
  };
  const { sessionKey } = run;
  const text = active?.text() ?? '';
  const next = await publishRows(kernel, run.events);
  kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId: aborted,
    seq: next(aborted),
    eventSeq: run.events.find(({ kind }) => kind === 'run.end')?.seq,
    event,
    text: () => text,
  });
  await executeRun(kernel, run);
}

/** The rows first, then the signal; what people see of the run is held back meanwhile. */
async function endActive(
  kernel: Kernel,
  sessionId: string,
): ReturnType<Kernel['store']['journal']['interruptRun']> {
  const active = kernel.active.find(sessionId);
  using holding = new DisposableStack();
  holding.use(active?.hold());
  const drafts = await stopDrafts(kernel, active);
  kernel.point('interrupt.before.commit');
  const fence = kernel.newId();
  const result = await kernel.store.journal.interruptRun({ sessionId, fence, ...drafts });
  kernel.point('interrupt.after.commit');
  if (result) kernel.active.signal(result.aborted, 'interrupt');
  return result;
}
