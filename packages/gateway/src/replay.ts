import { textOf, joinSteps, type RunEvent } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { DurableEvent, StoredInbound, StoredRun } from '@cuttle/core-types/ports';
import type { ResultOf, SessionEventPayload } from '@cuttle/core-types/protocol';
import { rebuildEvent } from '@cuttle/runtime';
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts';
import { toAgentPayload, toChatEnd } from './event-payloads.ts';
import type { CallerListener, GatewayDeps } from './gateway-deps.ts';
import { readMissed } from './read-missed.ts';

/** So many durable events are replayed at once; a reader further behind reloads the history. */
const mostReplayed = 2000;

/**
 * Brings a reader from its cursor to now: durable events since, each rebuilt from the row it names, then the text of an
 * open step as one reset and one delta, which replace what the reader showed of it, then live events; nothing twice and no gap.
 * Throws `cursor.expired`.
 */
export async function replay(
  deps: GatewayDeps,
  text: string,
  listener: CallerListener,
): Promise<ResultOf<'events.resume'>> {
  const { store } = deps;
  const cursor = decodeCursor(text);
  const session =
    cursor.epoch === store.epoch ? await store.reader.findSessionById(cursor.sessionId) : undefined;
  if (!session) throw new CuttleError('cursor.expired', 'The history behind this cursor is gone.');
  const { sessionId, sessionKey } = session;
  // Followed before the rows are read, so that nothing falls in between.
  const catchUp = listener.catchUp(sessionKey);
  const reading: Reading = { deps, listener, sessionKey, numbers: new Map(), told: new Set() };
  let end = { last: cursor.seq, told: 0 };
  try {
    await checkBounds(deps, cursor);
    await readMissed(cursor.seq, {
      missed: () => catchUp.missed(),
      read: (after) => store.reader.readEvents({ sessionId, after, limit: mostReplayed }),
      tell: (events) => replayAll(events, reading),
      end(told) {
        replayOpenText(reading, sessionId);
        end = told;
        // In the turn in which nothing more was missed, so that live events go on exactly where this ends.
        catchUp.goLive(end.last);
      },
    });
  } catch (error) {
    catchUp.goLive(end.last);
    throw error;
  }
  const { last: seq, told: replayed } = end;
  return { sessionKey, replayed, cursor: encodeCursor({ ...cursor, seq }) };
}

async function checkBounds({ store }: GatewayDeps, { sessionId, seq }: Cursor): Promise<void> {
  const bounds = await store.reader.eventBounds(sessionId);
  if (seq + 1 < bounds.first || seq > bounds.last || bounds.last - seq > mostReplayed)
    throw new CuttleError('cursor.expired', 'Too much has happened since.');
}

/** One replay under way. */
interface Reading {
  readonly deps: GatewayDeps;
  readonly listener: CallerListener;
  readonly sessionKey: string;
  /** The last number given to an event, by run. */
  readonly numbers: Map<string, number>;
  /** Ended runs and finished steps that were replayed. */
  readonly told: Set<string>;
}

async function replayAll(events: readonly DurableEvent[], reading: Reading): Promise<void> {
  const { reader } = reading.deps.store;
  const runs = new Map<string, StoredRun | undefined>();
  for (const event of events) {
    await reading.listener.keepsUp();
    const { runId } = event;
    if (runId === undefined) {
      await replaySession(event, reading);
      continue;
    }
    if (!runs.has(runId)) runs.set(runId, await reader.findRun(runId));
    const run = runs.get(runId);
    const rebuilt = run && rebuildEvent(event, run);
    if (rebuilt) replayRun({ ...event, run, event: rebuilt }, reading);
  }
}

async function replaySession(
  event: DurableEvent,
  { deps, listener, sessionKey }: Reading,
): Promise<void> {
  const { inboundId, subagentId } = event.ref;
  const inbound =
    inboundId === undefined ? undefined : await deps.store.reader.findInbound({ inboundId });
  const payload: SessionEventPayload = {
    sessionKey,
    ...sayOf(event, inbound),
    ...(inboundId !== undefined && { inboundId }),
    ...(subagentId !== undefined && { subagentId }),
    cursor: cursorAt(deps, event),
  };
  listener.send('session', payload);
}

/** Kind and words of a session's event. A command has two: what was said, and what it answered. */
function sayOf(
  { kind }: DurableEvent,
  inbound: StoredInbound | undefined,
): Pick<SessionEventPayload, 'kind' | 'text'> {
  if (kind === 'subagent.start' || kind === 'subagent.end') return { kind: 'subagent' };
  if (kind === 'session.reset') return { kind: 'reset', ...answerOf(inbound) };
  if (kind === 'command') return { kind, ...answerOf(inbound) };
  const text = inbound?.text;
  const said = text === undefined ? {} : { text };
  return { kind: inbound?.reason === 'command' ? 'command' : 'inbound', ...said };
}

function answerOf(inbound: StoredInbound | undefined): { readonly text?: string } {
  const text = inbound?.reply ?? inbound?.text;
  return text === undefined ? {} : { text };
}

function replayRun(
  {
    run,
    event,
    ...place
  }: Pick<DurableEvent, 'sessionId' | 'seq'> & { run: StoredRun; event: RunEvent },
  reading: Reading,
): void {
  const { deps, listener, sessionKey, told } = reading;
  const { runId, inbounds, steps } = run;
  const cursor = cursorAt(deps, place);
  const seq = nextNumber(reading, run);
  listener.send('agent', { ...toAgentPayload({ runId, sessionKey, seq, event }), cursor });
  if (event.type === 'step.end') told.add(`${runId}:${event.step}`);
  if (event.type !== 'run.end') return;
  told.add(runId);
  const answer = joinSteps(steps.flatMap((step) => (step.answer ? [textOf(step.answer)] : [])));
  const end = { runId, sessionKey, inbounds, text: () => answer };
  listener.send('chat', { ...toChatEnd(end, event), cursor });
}

function cursorAt(
  { store }: GatewayDeps,
  { sessionId, seq }: Pick<DurableEvent, 'sessionId' | 'seq'>,
): string {
  return encodeCursor({ epoch: store.epoch, sessionId, seq });
}

/** Above every number that the run's events had, and below those that its live events will have. */
function nextNumber(
  { deps, numbers }: Reading,
  { runId, createdAt }: Pick<StoredRun, 'runId' | 'createdAt'>,
): number {
  const number = Math.max((numbers.get(runId) ?? 0) + 1, deps.runtime.nextSeq(runId, createdAt));
  numbers.set(runId, number);
  return number;
}

/** What the open step has said until this very instant. */
function replayOpenText(reading: Reading, sessionId: string): void {
  const { deps, listener, sessionKey, told } = reading;
  const open = deps.runtime.openText(sessionId);
  if (!open || open.text === '') return;
  const { runId, step, attempt, text, createdAt } = open;
  // The rows are ahead of the run: its step is stored, and it does not know yet.
  if (told.has(runId) || told.has(`${runId}:${step}`)) return;
  const blockId = `${step}.0`;
  for (const event of [
    { type: 'text.reset', blockId, step, attempt },
    { type: 'text.start', blockId },
    { type: 'text.delta', blockId, text },
  ] as const) {
    const seq = nextNumber(reading, { runId, createdAt });
    listener.send('agent', toAgentPayload({ runId, sessionKey, seq, event }));
  }
}
