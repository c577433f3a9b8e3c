import type { CancelledBy } from '@cuttle/core-types/errors';
import { noUsage } from '@cuttle/core-types';
import type { ConversationRef, LastWords, Settled } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { ActiveRun } from './active-runs.ts';
import { endBubbleOf } from './bubble.ts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { publishRows } from './publish-rows.ts';
import { tellOthers } from './subagent-ends.ts';

/** What was said and used so far, and the words that close its bubble or stand for its draft; without either nothing is said. By the time they are stored, another run may be active. */
export async function stopDrafts(
  kernel: Kernel,
  active: ActiveRun | undefined,
): Promise<LastWords> {
  if (!active) return { closing: [] };
  const said = { saidBy: active.runId, partial: active.partial(), cut: await active.cut() };
  const conversation = await shownIn(kernel, active);
  const { door } = active.route;
  const channel = conversation && kernel.findRenderer({ ...conversation, door });
  if (!channel) return { ...said, closing: [] };
  const text = [active.text(), textFor('run.aborted')].filter((words) => words !== '').join('\n\n');
  const origin = `${active.runId}:final`;
  const drafts = noticeDrafts(kernel, {
    channel,
    conversation,
    origin,
    answer: { text, notice: 'run.aborted' },
  });
  return { ...said, closing: drafts };
}

/** Where people see its words so far. */
async function shownIn(
  { store: { reader } }: Kernel,
  active: ActiveRun,
): Promise<ConversationRef | undefined> {
  // A draft fades: what it showed is said for good.
  if (active.hasDraft()) return active.conversation;
  const bubbleId = active.bubble();
  const row = bubbleId === undefined ? undefined : await reader.findOutbound(bubbleId);
  return row && reader.findConversationById(row.conversationId);
}

/** Ends the active run of a session on purpose: the rows first, then the signal. */
export async function stopRun(
  kernel: Kernel,
  {
    sessionId,
    sessionKey,
    runId,
    by,
    cancelQueued,
  }: {
    sessionId: string;
    sessionKey: string;
    runId?: string | undefined;
    by: CancelledBy;
    cancelQueued: boolean;
  },
): Promise<string | undefined> {
  const active = kernel.active.find(sessionId);
  using holding = new DisposableStack();
  holding.use(active?.hold());
  const drafts = await stopDrafts(kernel, active);
  kernel.point('abort.before.commit');
  const result = await kernel.store.journal.abortRun({
    sessionId,
    runId,
    by,
    ...drafts,
    cancelQueued,
  });
  kernel.point('abort.after.commit');
  const aborted = result.kind === 'aborted' ? result.runId : undefined;
  await afterStop(kernel, { sessionId, sessionKey, aborted, by, settled: result });
  return aborted;
}

interface Stopped {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly aborted: string | undefined;
  readonly by: CancelledBy;
  readonly settled: Settled;
}

/** Signals what was stopped and tells whoever waits or listens. Never rejects. */
export async function afterStop(kernel: Kernel, stopped: Stopped): Promise<void> {
  const { sessionId, aborted, by, settled } = stopped;
  for (const conversationId of settled.conversations) kernel.dispatcher.wake(conversationId);
  const active = aborted === undefined ? undefined : kernel.active.findRun(aborted);
  const text = active?.text() ?? '';
  if (aborted !== undefined) signalStop(kernel, { runId: aborted, active, by });
  const others = settled.events.filter((event) => event.sessionId !== sessionId);
  if (others.length > 0) await tellOthers(kernel, others, aborted);
  const own = settled.events.filter((event) => event.sessionId === sessionId);
  const next = await publishRows(kernel, own);
  if (aborted !== undefined)
    publishStop(kernel, stopped, { runId: aborted, seq: next(aborted), text });
  for (const inboundId of settled.inbounds)
    kernel.fates.settle({
      inboundId,
      runId: aborted,
      state: 'cancelled',
      text,
      reason: `aborted by ${by}`,
      outcome: { status: 'aborted', by },
      clientCalls: [],
      usage: noUsage,
      model: undefined,
    });
  kernel.sessions.wake(sessionId);
}

function signalStop(
  kernel: Kernel,
  { runId, active, by }: { runId: string; active: ActiveRun | undefined; by: CancelledBy },
): void {
  endBubbleOf(kernel, active);
  kernel.active.signal(runId, by);
}

function publishStop(
  kernel: Kernel,
  { sessionId, sessionKey, by, settled }: Stopped,
  { runId, seq, text }: { runId: string; seq: number; text: string },
): void {
  const end = settled.events.find((event) => event.kind === 'run.end' && event.runId === runId);
  kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId,
    seq,
    eventSeq: end?.seq,
    event: { type: 'run.end', outcome: { status: 'aborted', by } },
    text: () => text,
    inbounds: settled.inbounds,
  });
}
