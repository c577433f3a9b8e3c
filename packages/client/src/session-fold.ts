import type { RunEvent, RunEventOf, RunView } from '@cuttle/core-types';
import type { HistoryEntry, ResultOf, SessionEventPayload } from '@cuttle/core-types/protocol';
import { emptyRun, reduceRun } from '@cuttle/core-types';
import type { AgentEvent } from './events.ts';

export type HistoryPage = ResultOf<'chat.history'>;
export type QueuedMessage = HistoryPage['queued'][number];
export type PendingApproval = Omit<RunEventOf<'approval.request'>, 'type'>;

/**
 * A run as far as `entries` do not tell it yet: `view` holds the blocks of steps and the calls whose results are not among the entries.
 * A call may be in both while it works: join them by `callId`.
 */
export interface FollowedRun {
  readonly runId: string;
  readonly view: RunView;
  readonly approvals: readonly PendingApproval[];
}

/** What a person sees of a session. Show `entries`, then `runs`, then `queued`: nothing is there twice. */
export interface SessionView {
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** There is more above: `loadEarlier`. */
  readonly before: number | undefined;
  /** Accepted, not yet taken up by a run. */
  readonly queued: readonly QueuedMessage[];
  /** Oldest first: the active one, and ended ones that left no entry (failed, stopped before they said something). */
  readonly runs: readonly FollowedRun[];
  readonly activeRunId: string | undefined;
}

export const emptySession: SessionView = {
  entries: [],
  before: undefined,
  queued: [],
  runs: [],
  activeRunId: undefined,
};

/** Ended runs without entries are kept for the reader, not for ever. */
const maxEndedRuns = 20;

export function fromHistory(page: HistoryPage): SessionView {
  const { entries, before, queued, activeRunId } = page;
  return { entries, before, queued, activeRunId, runs: [] };
}

/** The newest entries were read again; undefined where they do not meet the ones we have. `known` are the messages that were queued when the reading began. */
export function withNewest(
  session: SessionView,
  page: HistoryPage,
  known: ReadonlySet<string>,
): SessionView | undefined {
  const last = session.entries.at(-1);
  const meets = !last || page.before === undefined || (page.entries[0]?.seq ?? 0) <= last.seq;
  if (!meets) return undefined;
  const first = session.entries[0]?.seq ?? 0;
  const entries = [
    ...session.entries.filter(({ seq }) => seq < (page.entries[0]?.seq ?? Infinity)),
    ...page.entries.filter(({ seq }) => seq >= first),
  ];
  const told = new Set([...page.queued, ...entries].map(({ inboundId }) => inboundId));
  const since = session.queued.filter(
    (one) => !known.has(one.inboundId) && !told.has(one.inboundId),
  );
  const covered = coverage(entries);
  const runs = session.runs.flatMap((run) => {
    const cover = covered.get(run.runId);
    return withoutFinished(cover ? { ...run, view: uncovered(run.view, cover) } : run);
  });
  const before = last ? session.before : page.before;
  return {
    entries,
    before,
    queued: [...page.queued, ...since],
    runs,
    activeRunId: page.activeRunId,
  };
}

export function withEarlier(session: SessionView, page: HistoryPage): SessionView {
  const first = session.entries[0]?.seq ?? Infinity;
  const earlier = page.entries.filter(({ seq }) => seq < first);
  return { ...session, entries: [...earlier, ...session.entries], before: page.before };
}

export function reduceSession(session: SessionView, payload: SessionEventPayload): SessionView {
  const { kind, inboundId, text } = payload;
  if (kind !== 'inbound' || inboundId === undefined) return session;
  const known =
    session.queued.some((one) => one.inboundId === inboundId) ||
    session.entries.some((entry) => entry.inboundId === inboundId);
  if (known) return session;
  const at = session.entries.at(-1)?.at ?? new Date(0).toISOString();
  return { ...session, queued: [...session.queued, { inboundId, text: text ?? '', at }] };
}

export function reduceAgent(session: SessionView, { runId, data }: AgentEvent): SessionView {
  const cover = coverage(session.entries.filter((entry) => entry.runId === runId)).get(runId);
  const known = session.runs.find((run) => run.runId === runId);
  const run = known ?? { runId, view: emptyRun, approvals: [] };
  const next: FollowedRun = {
    runId,
    view: cover && isCovered(data, cover) ? run.view : foldEvent(run.view, data),
    approvals: reduceApprovals(run.approvals, data),
  };
  const ended = next.view.outcome !== undefined;
  return {
    ...session,
    runs: known
      ? session.runs.map((other) => (other === known ? next : other))
      : [...session.runs.slice(-maxEndedRuns), next],
    activeRunId: activeAfter(session.activeRunId, runId, ended),
  };
}

/** A late event of an ended run does not bring it back. */
function activeAfter(
  active: string | undefined,
  runId: string,
  ended: boolean,
): string | undefined {
  if (!ended) return runId;
  return active === runId ? undefined : active;
}

function reduceApprovals(
  approvals: readonly PendingApproval[],
  event: RunEvent,
): readonly PendingApproval[] {
  if (event.type === 'run.end') return [];
  if (event.type === 'approval.resolve' || event.type === 'approval.request') {
    const others = approvals.filter(({ approvalId }) => approvalId !== event.approvalId);
    return event.type === 'approval.request' ? [...others, event] : others;
  }
  return approvals;
}

/** The finished message of a step is the truth; deltas may have been lost on the way. */
function foldEvent(view: RunView, event: RunEvent): RunView {
  const next = reduceRun(view, event) as RunView | undefined; // undefined for an event of a newer gateway
  if (!next) return view;
  if (event.type === 'tool.call') return withKnownResult(next, view);
  if (event.type !== 'step.end') return next;
  const parts = event.message.parts;
  const said = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const shown = next.blocks.filter(
    (block) => block.kind === 'text' && stepOf(block.blockId) === event.step,
  );
  if (shown.map(({ text }) => text).join('') === said) return next;
  const others = next.blocks.filter(({ blockId }) => stepOf(blockId) !== event.step);
  const truth = parts.flatMap((part, index) =>
    part.type === 'text' || part.type === 'thinking'
      ? [{ kind: part.type, blockId: `${event.step}.${index}`, text: part.text }]
      : [],
  );
  return { ...next, blocks: [...others, ...truth] };
}

/** During a resume a live result may come before its replayed call. */
function withKnownResult(next: RunView, before: RunView): RunView {
  const calls = next.calls.map((call) => {
    const known = before.calls.find(({ callId }) => callId === call.callId);
    return known && known.state !== 'running'
      ? { ...call, state: known.state, output: known.output }
      : call;
  });
  return { ...next, calls };
}

/** What the entries tell of a run already: steps up to `step`, and the results of `callIds`. */
interface Cover {
  step: number;
  readonly callIds: Set<string>;
}

function coverage(entries: readonly HistoryEntry[]): Map<string, Cover> {
  const covers = new Map<string, Cover>();
  for (const { runId, step, messages } of entries) {
    if (runId === undefined) continue;
    const cover = covers.get(runId) ?? { step: -1, callIds: new Set<string>() };
    covers.set(runId, cover);
    for (const message of messages) {
      if (message.role === 'assistant') cover.step = Math.max(cover.step, step ?? -1);
      if (message.role !== 'tool') continue;
      for (const { callId } of message.parts) cover.callIds.add(callId);
    }
  }
  return covers;
}

function isCovered(event: RunEvent, { step, callIds }: Cover): boolean {
  if ('blockId' in event) return stepOf(event.blockId) <= step;
  if ('callId' in event) return callIds.has(event.callId);
  return event.type === 'step.end' && event.step <= step;
}

function uncovered(view: RunView, { step, callIds }: Cover): RunView {
  return {
    ...view,
    blocks: view.blocks.filter(({ blockId }) => stepOf(blockId) > step),
    calls: view.calls.filter(({ callId }) => !callIds.has(callId)),
  };
}

function withoutFinished(run: FollowedRun): readonly FollowedRun[] {
  const { outcome, blocks, calls } = run.view;
  const told = outcome?.status === 'completed' && blocks.length === 0 && calls.length === 0;
  return told ? [] : [run];
}

function stepOf(blockId: string): number {
  return Number(blockId.split('.', 1)[0]);
}
