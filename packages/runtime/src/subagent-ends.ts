import { ParkReason, type RunOutcome, RunOutcome as Outcome } from '@cuttle/core-types';
import type { ClaimedRun, DurableEvent, SessionRow } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { publishRows } from './publish-rows.ts';
import { publish, type RunState } from './run-state.ts';

/**
 * After a transaction that reached other sessions than the one it was about: signals the runs it ended there, tells who listens,
 * and wakes the sessions that have something to do now. `own`: the run whose end its caller tells. Never rejects.
 */
export async function tellOthers(
  kernel: Kernel,
  events: readonly DurableEvent[],
  own?: string,
): Promise<void> {
  const ends = events.filter(
    ({ kind, runId }) => kind === 'run.end' && runId !== undefined && runId !== own,
  );
  const texts = new Map<string, string>();
  // First the signals: each further moment is work that nobody wants any more.
  for (const { runId = '', ref } of ends) {
    texts.set(runId, kernel.active.findRun(runId)?.text() ?? '');
    const outcome = Outcome.safeParse(ref.detail);
    if (outcome.success && outcome.data.status === 'aborted')
      kernel.active.signal(runId, outcome.data.by);
  }
  const sessions = await findSessions(kernel, events);
  const next = await publishRows(kernel, events);
  for (const event of events) {
    const session = sessions.get(event.sessionId);
    if (!session) continue;
    if (ends.includes(event)) publishEnd(kernel, { event, session, next, texts });
    else publishChange(kernel, event, session);
  }
  for (const sessionId of sessions.keys()) kernel.sessions.wake(sessionId);
}

async function findSessions(
  { store, log }: Kernel,
  events: readonly DurableEvent[],
): Promise<ReadonlyMap<string, SessionRow>> {
  const found = new Map<string, SessionRow>();
  for (const sessionId of new Set(events.map((event) => event.sessionId))) {
    try {
      const session = await store.reader.findSessionById(sessionId);
      if (session) found.set(sessionId, session);
    } catch (error) {
      log.warn('Events were not told live; they are in the history.', { error, sessionId });
    }
  }
  return found;
}

function publishEnd(
  kernel: Kernel,
  end: {
    readonly event: DurableEvent;
    readonly session: SessionRow;
    readonly next: (runId: string) => number;
    readonly texts: ReadonlyMap<string, string>;
  },
): void {
  const { event, session, next, texts } = end;
  const { runId = '', seq: eventSeq, ref } = event;
  const outcome = ref.detail as RunOutcome; // a `run.end` of the store's own, which wrote it
  const { sessionId, sessionKey } = session;
  kernel.hub.publishRun({
    sessionId,
    sessionKey,
    runId,
    seq: next(runId),
    eventSeq,
    event: { type: 'run.end', outcome },
    text: () => texts.get(runId) ?? '',
  });
}

function publishChange(kernel: Kernel, event: DurableEvent, session: SessionRow): void {
  const { sessionId, sessionKey } = session;
  const place = { sessionId, sessionKey, eventSeq: event.seq };
  const { subagentId, inboundId } = event.ref;
  if (event.kind === 'subagent.start' || event.kind === 'subagent.end')
    kernel.hub.publishSession({ ...place, kind: 'subagent', subagentId });
  else if (event.kind === 'inbound')
    kernel.hub.publishSession({ ...place, kind: 'inbound', inboundId });
}

/** The session's number of the run's last event: behind it there may be those of its parent's session. */
export function endSeqOf(
  { runId }: ClaimedRun,
  events: readonly DurableEvent[],
): number | undefined {
  return events.findLast((event) => event.runId === runId)?.seq;
}

/** The answer came before those of its own sub-agents: the run goes on when they have ended. */
export function publishParked(state: RunState, events: readonly DurableEvent[]): void {
  for (const event of events) {
    const parked = event.kind === 'run.park' ? ParkReason.safeParse(event.ref.detail) : undefined;
    if (parked?.success) publish(state, { type: 'run.park', reason: parked.data }, [event]);
  }
}

/** What a transaction wrote in other sessions than this run's. */
export function othersOf(
  { sessionId }: ClaimedRun,
  events: readonly DurableEvent[],
): readonly DurableEvent[] {
  return events.filter((event) => event.sessionId !== sessionId);
}
