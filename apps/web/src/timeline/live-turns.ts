import type { FollowedRun, SessionView } from '@cuttle/client';
import type { AnswerTurn, CallPart, Part, Turn, UserTurn, WordsPart } from './turns.ts';
import { answerKey, plannedCall } from './stored-turns.ts';

/** A message of this page that the session does not show yet. */
export interface PendingMessage {
  /** Its idempotency key, and its turn's. */
  readonly id: string;
  readonly text: string;
  readonly attachments: readonly string[];
  readonly at: string;
  readonly state: 'sending' | 'failed';
  readonly reason: string | undefined;
  /** Known once it is accepted. */
  readonly inboundId: string | undefined;
}

/** A call that waits for an approval, as `exec.approvals.list` tells it after a reload. */
export interface WaitingApproval {
  readonly approvalId: string;
  readonly runId: string;
  readonly tool: string;
  readonly input: unknown;
}

export interface LiveState {
  readonly session: Pick<SessionView, 'runs' | 'queued' | 'activeRunId'>;
  readonly pending: readonly PendingMessage[];
  readonly approvals: readonly WaitingApproval[];
  readonly keyOf: (inboundId: string) => string;
  /** Where a call is within its run, and what it said while it worked. */
  readonly callNote: (callId: string) => CallNote | undefined;
}
export interface CallNote {
  readonly step: number;
  readonly index: number;
  readonly progress: string | undefined;
}

/** Everything a person sees: the stored turns, what the active run adds to them, what waits, what is on its way. */
export function toLiveTurns(stored: readonly Turn[], live: LiveState): readonly Turn[] {
  const turns = [...stored];
  const twins = findTwins(live);
  const queued = [...toQueuedTurns(live, twins)];
  for (const run of shownRuns(live)) placeRun({ turns, queued, live }, run);
  return [...turns, ...queued, ...toPendingTurns(live, twins)];
}

/** A run that is active but of which nothing was heard yet is shown as one that thinks. */
function shownRuns({ session, approvals }: LiveState): readonly FollowedRun[] {
  const { runs, activeRunId } = session;
  if (activeRunId === undefined || runs.some(({ runId }) => runId === activeRunId)) return runs;
  const isParked = approvals.some(({ runId }) => runId === activeRunId);
  const view = { ...silentView, waiting: isParked ? 'approval' : undefined };
  return [...runs, { runId: activeRunId, view, approvals: [] }];
}

const silentView: FollowedRun['view'] = {
  model: undefined,
  blocks: [],
  calls: [],
  usage: { inputTokens: 0, outputTokens: 0 },
  outcome: undefined,
  waiting: undefined,
};

interface Place {
  readonly turns: Turn[];
  readonly queued: UserTurn[];
  readonly live: LiveState;
}

function placeRun({ turns, queued, live }: Place, run: FollowedRun): void {
  const { runId } = run;
  const at = turns.findLastIndex((turn) => turn.kind !== 'note' && turn.runId === runId);
  const before = turns[at];
  if (before?.kind === 'answer') {
    turns[at] = extend(before, run, live);
    return;
  }
  // The entries that tell which messages it took up are on their way: it took up the oldest.
  const taken = at < 0 && run.view.outcome === undefined ? queued.shift() : undefined;
  const isFirst = !turns.some((turn) => turn.kind === 'answer' && turn.runId === runId);
  const key = answerKey(runId, isFirst ? undefined : stepOf(run.view.blocks[0]?.blockId ?? '0'));
  const answer = extend({ ...emptyAnswer, key, runId }, run, live);
  const place = at < 0 ? turns.length : at + 1;
  turns.splice(place, 0, ...(taken ? [{ ...taken, state: 'taken' as const }] : []), answer);
}

const emptyAnswer = {
  kind: 'answer',
  parts: [],
  at: undefined,
  state: 'ended',
  outcome: undefined,
  model: undefined,
  seq: undefined,
  past: false,
} as const satisfies Partial<AnswerTurn>;

function extend(turn: AnswerTurn, run: FollowedRun, live: LiveState): AnswerTurn {
  const { view } = run;
  const calls = toCalls(run, live);
  const known = turn.parts.map((part) => (part.kind === 'call' ? mergeCall(part, calls) : part));
  const keys = new Set(known.map(({ key }) => key));
  const words = toWords(run).filter(({ key }) => !keys.has(key));
  const parts: readonly Part[] = [...known, ...inOrder([...words, ...calls])];
  return {
    ...turn,
    parts: withWaiting(parts, run, live),
    state: stateOf(view),
    outcome: view.outcome ?? turn.outcome,
    model: view.model ?? turn.model,
  };
}

function stateOf({ outcome, waiting }: FollowedRun['view']): AnswerTurn['state'] {
  if (outcome) return 'ended';
  if (waiting === 'summary') return 'summarising';
  return waiting === undefined ? 'running' : 'parked';
}

function toWords({ runId, view }: FollowedRun): readonly WordsPart[] {
  return view.blocks.map(({ kind, blockId, text }) => ({
    kind,
    key: `${runId}/${blockId}`,
    step: stepOf(blockId),
    text,
  }));
}

function toCalls({ view, approvals }: FollowedRun, { callNote }: LiveState): CallPart[] {
  const last = stepOf(view.blocks.at(-1)?.blockId ?? '0');
  const calls = view.calls.map(({ callId, name, input, state, output }, order): CallPart => {
    const note = callNote(callId);
    return {
      ...plannedCall,
      key: `call:${callId}`,
      step: note?.step ?? last,
      index: note?.index ?? order,
      callId,
      name,
      input,
      state,
      output,
      progress: note?.progress,
    };
  });
  for (const { approvalId, step, index, name, input } of approvals) {
    if (calls.some((call) => call.step === step && call.index === index)) continue;
    const callId = `${approvalId}:${index}`;
    const place = { key: `approval:${approvalId}`, step, index, callId, name, input };
    calls.push({ ...plannedCall, ...place, state: 'asking', approvalId });
  }
  return calls;
}

/** Takes from `calls` what belongs to a call that is shown already. */
function mergeCall(part: CallPart, calls: CallPart[]): CallPart {
  const at = calls.findIndex(
    (call) =>
      call.callId === part.callId ||
      (call.approvalId !== undefined && call.step === part.step && call.index === part.index),
  );
  const [call] = at < 0 ? [] : calls.splice(at, 1);
  if (!call) return part;
  const { state, progress, approvalId } = call;
  return { ...part, state, progress, approvalId, output: call.output ?? part.output };
}

/** Within a step an agent speaks first and calls then. */
function inOrder(parts: readonly Part[]): readonly Part[] {
  const rank = (part: Part): number => (part.kind === 'call' ? 1 + part.index : 0);
  return parts.toSorted((left, right) => left.step - right.step || rank(left) - rank(right));
}

/** After a reload the approvals come as a list that does not say which call of the run they are for. */
function withWaiting(
  parts: readonly Part[],
  run: FollowedRun,
  { approvals }: LiveState,
): readonly Part[] {
  if (run.view.outcome) return parts;
  const mine = approvals.filter(
    ({ runId, approvalId }) =>
      runId === run.runId &&
      !parts.some((part) => part.kind === 'call' && part.approvalId === approvalId),
  );
  const shown = [...parts];
  for (const { approvalId, tool, input } of mine) {
    const at = shown.findIndex(
      (part) =>
        part.kind === 'call' &&
        part.state === 'planned' &&
        part.name === tool &&
        JSON.stringify(part.input) === JSON.stringify(input),
    );
    const part = shown[at];
    if (part?.kind === 'call') {
      shown[at] = { ...part, state: 'asking', approvalId };
      continue;
    }
    const place = { key: `approval:${approvalId}`, step: Infinity, index: 0, callId: approvalId };
    shown.push({ ...plannedCall, ...place, name: tool, input, state: 'asking', approvalId });
  }
  return shown;
}

function toQueuedTurns(
  { session, keyOf }: LiveState,
  twins: ReadonlyMap<string, PendingMessage>,
): readonly UserTurn[] {
  return session.queued.map(({ inboundId, text, at }) => {
    const twin = twins.get(inboundId);
    const key = `in:${twin?.id ?? keyOf(inboundId)}`;
    const attachments = twin?.attachments ?? [];
    return { ...emptyUser, key, text, attachments, at, state: 'waiting', inboundId };
  });
}

function toPendingTurns(
  { pending }: LiveState,
  twins: ReadonlyMap<string, PendingMessage>,
): readonly UserTurn[] {
  const shown = new Set(twins.values());
  return pending
    .filter((message) => !shown.has(message))
    .map(({ id, text, attachments, at, state, reason, inboundId }) => {
      const known = inboundId === undefined ? state : 'waiting';
      return {
        ...emptyUser,
        key: `in:${id}`,
        text,
        attachments,
        at,
        state: known,
        reason,
        inboundId,
      };
    });
}

/** Which queued message is which of this page's: by id, or by its words while its own `chat.send` is not answered yet. */
function findTwins({ session, pending }: LiveState): ReadonlyMap<string, PendingMessage> {
  const twins = new Map<string, PendingMessage>();
  const left = new Set(pending);
  for (const { inboundId, text } of session.queued) {
    const twin = [...left].find((message) =>
      message.inboundId === undefined
        ? message.state === 'sending' && message.text === text
        : message.inboundId === inboundId,
    );
    if (!twin) continue;
    left.delete(twin);
    twins.set(inboundId, twin);
  }
  return twins;
}

const emptyUser = {
  kind: 'user',
  attachments: [],
  reason: undefined,
  runId: undefined,
  seq: undefined,
  past: false,
} as const satisfies Partial<UserTurn>;

function stepOf(blockId: string): number {
  return Number(blockId.split('.', 1)[0]);
}
