import type { RunEvent } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { DurableEvent, StoredRun, StoredStep } from '@cuttle/core-types/ports';
import { joinSteps, textOf } from '@cuttle/core-types';
import { encodeCursor, decodeCursor } from './cursor.ts';
import { toAgentPayload, toChatEnd } from './fan-out.ts';
import type { CallerListener, GatewayDeps } from './gateway-deps.ts';

/** So many durable events are replayed at once; a reader further behind reloads the history. */
const mostReplayed = 2000;

/**
 * Brings a reader from its cursor to now: durable events since, each rebuilt from the row it names, then the text of an
 * open step as one reset and one delta, which replace what the reader showed of it. Throws `cursor.expired`.
 */
export async function replay(
  deps: GatewayDeps,
  text: string,
  listener: CallerListener,
): Promise<{ sessionKey: string; replayed: number; cursor: string }> {
  const { store } = deps;
  const cursor = decodeCursor(text);
  const session =
    cursor.epoch === store.epoch ? await store.reader.findSessionById(cursor.sessionId) : undefined;
  if (!session) throw new CuttleError('cursor.expired', 'The history behind this cursor is gone.');
  const { sessionId, sessionKey } = session;
  // Followed first: what happens while the rows are read arrives live, and readers fold a repeat of a durable event to nothing.
  listener.follow(sessionKey);
  const bounds = await store.reader.eventBounds(sessionId);
  if (
    cursor.seq + 1 < bounds.first ||
    cursor.seq > bounds.last ||
    bounds.last - cursor.seq > mostReplayed
  )
    throw new CuttleError('cursor.expired', 'Too much has happened since.');
  const events = await store.reader.readEvents({
    sessionId,
    after: cursor.seq,
    limit: mostReplayed,
  });
  const runs = new Map<string, StoredRun | undefined>();
  for (const event of events) await replayOne(event, { store, listener, sessionKey, runs });
  replayOpenText(deps, { listener, sessionKey, sessionId });
  const last = events.at(-1)?.seq ?? cursor.seq;
  return { sessionKey, replayed: events.length, cursor: encodeCursor({ ...cursor, seq: last }) };
}

interface Replay {
  readonly store: GatewayDeps['store'];
  readonly listener: CallerListener;
  readonly sessionKey: string;
  readonly runs: Map<string, StoredRun | undefined>;
}

async function replayOne(
  event: DurableEvent,
  { store, listener, sessionKey, runs }: Replay,
): Promise<void> {
  const { sessionId, seq, runId } = event;
  const cursor = encodeCursor({ epoch: store.epoch, sessionId, seq });
  if (runId === undefined) {
    const kind =
      event.kind === 'session.reset' ? 'reset' : event.kind === 'command' ? 'command' : 'inbound';
    const { inboundId } = event.ref;
    const text =
      inboundId === undefined ? undefined : (await store.reader.findInbound({ inboundId }))?.text;
    return listener.send('session', {
      sessionKey,
      kind,
      ...(inboundId && { inboundId }),
      ...(text !== undefined && { text }),
      cursor,
    });
  }
  if (!runs.has(runId)) runs.set(runId, await store.reader.findRun(runId));
  const run = runs.get(runId);
  const rebuilt = run && rebuild(event, run);
  if (!run || !rebuilt) return;
  listener.send('agent', { ...toAgentPayload({ runId, sessionKey, seq, event: rebuilt }), cursor });
  if (rebuilt.type !== 'run.end') return;
  const answer = joinSteps(run.steps.flatMap((step) => (step.answer ? [textOf(step.answer)] : [])));
  listener.send('chat', {
    ...toChatEnd({ runId, sessionKey, inbounds: run.inbounds, text: () => answer }, rebuilt),
    cursor,
  });
}

/** The run event a durable event stands for, from the rows as they are now. */
function rebuild({ kind, ref }: DurableEvent, run: StoredRun): RunEvent | undefined {
  const step = run.steps.find((row) => row.step === ref.step);
  switch (kind) {
    case 'run.start':
      return { type: 'run.start', model: '' };
    case 'step.start':
      return ref.step === undefined
        ? undefined
        : { type: 'step.start', step: ref.step, attempt: 1 };
    case 'step.restart':
      return ref.step === undefined
        ? undefined
        : {
            type: 'text.reset',
            blockId: `${ref.step}.0`,
            step: ref.step,
            attempt: ref.attempt ?? 2,
          };
    case 'step.end':
      return step && stepEnd(step);
    case 'tool.call':
    case 'tool.result':
      return step && ref.index !== undefined ? callEvent(kind, step, ref.index) : undefined;
    case 'run.park':
      return { type: 'run.park', reason: { kind: 'approval', ref: ref.approvalId ?? '' } };
    case 'approval.request':
      return approvalRequest(ref.approvalId, step);
    case 'approval.resolve':
      return { type: 'approval.resolve', approvalId: ref.approvalId ?? '', decision: 'approved' };
    case 'run.end':
      return run.outcome && { type: 'run.end', outcome: run.outcome };
    case 'inbound':
    case 'command':
    case 'session.reset':
      return undefined;
  }
}

function stepEnd({ step, answer, finish, usage }: StoredStep): RunEvent | undefined {
  if (!answer || !finish || !usage) return undefined;
  const model = answer.origin ? `${answer.origin.provider}/${answer.origin.model}` : '';
  return { type: 'step.end', step, message: answer, finish, usage, model };
}

function callEvent(
  kind: 'tool.call' | 'tool.result',
  { step, calls }: StoredStep,
  index: number,
): RunEvent | undefined {
  const call = calls.find((row) => row.index === index);
  if (!call) return undefined;
  const { callId, tool: name, input, state, result } = call;
  if (kind === 'tool.call') return { type: 'tool.call', step, index, callId, name, input };
  if (!result || state === 'planned' || state === 'started') return undefined;
  return { type: 'tool.result', step, index, callId, name, state, result };
}

function approvalRequest(
  approvalId: string | undefined,
  step: StoredStep | undefined,
): RunEvent | undefined {
  const call = step?.calls.find((row) => row.approvalId === approvalId);
  if (!step || !call || approvalId === undefined) return undefined;
  return {
    type: 'approval.request',
    approvalId,
    step: step.step,
    index: call.index,
    name: call.tool,
    input: call.input,
  };
}

/** What the open step has said until this very instant; nothing is awaited in between, so live events go on exactly there. */
function replayOpenText(
  { runtime }: GatewayDeps,
  {
    listener,
    sessionKey,
    sessionId,
  }: Pick<Replay, 'listener' | 'sessionKey'> & { sessionId: string },
): void {
  const open = runtime.openText(sessionId);
  if (!open || open.text === '') return;
  const { runId, step, attempt, text } = open;
  const blockId = `${step}.0`;
  for (const event of [
    { type: 'text.reset', blockId, step, attempt },
    { type: 'text.start', blockId },
    { type: 'text.delta', blockId, text },
  ] as const)
    listener.send('agent', toAgentPayload({ runId, sessionKey, seq: 0, event }));
}
