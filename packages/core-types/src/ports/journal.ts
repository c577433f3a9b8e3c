import type { QueueMode, ThinkingLevel } from '../inbound.ts';
import type { Json } from '../json.ts';
import type { ToolResultPart } from '../message.ts';
import type { TaintSource } from '../principal.ts';
import type { ParkReason, RunError } from '../run-event.ts';
import type { CheckpointJournal } from './checkpoint-journal.ts';
import type { ContextJournal } from './context-journal.ts';
import type { DeliveryJournal } from './delivery-journal.ts';
import type { MediaJournal } from './media-journal.ts';
import type { MemoryJournal } from './memory-journal.ts';
import type { LeaseJournal } from './lease-journal.ts';
import type { PairingJournal } from './pairing-journal.ts';
import type { PinJournal } from './pin-journal.ts';
import type { FinishReason } from './provider.ts';
import type { PrivacyJournal } from './privacy-journal.ts';
import type { RecordsJournal } from './records-journal.ts';
import type { PersonJournal } from './person-journal.ts';
import type { SessionJournal } from './session-journal.ts';
import type { CutCall, CutStep, UsageJournal } from './usage-journal.ts';
import type { SubagentJournal } from './subagent-journal.ts';
import type { WorkerJournal } from './worker-journal.ts';
import type {
  DurableEvent,
  Committed,
  Settled,
  AcceptInput,
  AcceptResult,
  OpenedStep,
  ClaimedRun,
  ClaimInput,
  StepRecord,
  Reservation,
  ReservationDraft,
  ApprovalDraft,
  AbortInput,
  LastWords,
  CommandInput,
  ScheduleDraft,
  SessionRow,
} from './journal-rows.ts';
import type { OutboundDraft, Delivery, DeliveryClaim, DeliveryOutcome } from './delivery-rows.ts';
import type { StoredToken, TokenDraft } from './access-rows.ts';

/**
 * The writing half of the store: a set of named transactions, each one atomic step of the path of a message.
 *
 * Contract of every method:
 * - it resolves after COMMIT; nothing computed in it, a duplicate included, is told before;
 * - it is idempotent by its key (inbound id, run + step, call index, outbound id) under the same fence;
 * - a write under a run or a delivery carries its `fence`; if the row has another one, it throws `run.fence-lost` and writes nothing;
 * - it contains no decision: what to do is in its input, what is refused is a constraint;
 * - it throws `store.full` when the disk is full (nothing was written), `store.failed` when the outcome of the commit is unknown (then the process ends);
 * - every state change a client may see adds one durable event, numbered per session without gaps, and returns it.
 */
export interface Journal
  extends
    CheckpointJournal,
    ContextJournal,
    DeliveryJournal,
    LeaseJournal,
    MediaJournal,
    MemoryJournal,
    PairingJournal,
    PersonJournal,
    PinJournal,
    PrivacyJournal,
    SessionJournal,
    SubagentJournal,
    WorkerJournal,
    UsageJournal,
    RecordsJournal {
  /** The row of a platform account, made on first sight. Unique by (channel, platformId). */
  openAccount(input: {
    channel: string;
    name: string;
    platformId: string;
  }): Promise<{ accountId: string }>;
  /**
   * Takes in one message. One of mode `steer` or `interrupt` for a run that waits for an approval, of the same conversation, principal and
   * trust, withdraws what the run waits for: its pending approvals are cancelled and it becomes ready.
   */
  acceptInbound(input: AcceptInput): Promise<AcceptResult>;

  /**
   * Takes the session's run place. In this order:
   * 1. an unended run leased by an earlier boot, or `ready`: takes it over (new fence; attempt + 1 when it was leased, and stalls + 1 but for a second one that is `cutTogether`;
   *    an open step gets attempt + 1 and a `step.restart` event); an expired `parked` one with `resumeAt` in the past becomes ready first;
   * 2. an unended run leased by this boot, or parked: `undefined`;
   * 3. else the oldest `queued` inbound that is no control: a new run whose id is that inbound's id, with that inbound bound
   *    (mode `collect`: also the directly following queued rows of mode `collect` with equal conversation, principal and trust, at most `collectMax`),
   *    bound rows appended to the transcript, and step 1 opened; where that inbound begins a new conversation, the generation is raised first;
   * 4. else `undefined`.
   * Expired inbounds (`expiresAt`) are cancelled with reason `expired` on the way.
   */
  claimRun(input: ClaimInput): Promise<ClaimedRun | undefined>;

  /**
   * Opens step `step` of a run whose earlier steps are all done and whose calls are all terminal (else `request.invalid`).
   * Appends the results of the last step in index order as one tool entry, then binds and appends every queued `steer` row
   * of the same conversation, principal and trust. `onlyIfSteered`: does nothing and returns undefined when there is no such row.
   */
  openStep(input: {
    runId: string;
    fence: string;
    step: number;
    onlyIfSteered?: boolean;
  }): Promise<OpenedStep | undefined>;

  /** A further attempt of the open step, with the same boundary. Adds `step.restart` and counts what the attempt before it used. */
  restartStep(input: {
    runId: string;
    fence: string;
    step: number;
    cut?: readonly CutCall[] | undefined;
  }): Promise<{ attempt: number; events: readonly DurableEvent[] }>;

  /**
   * Sets aside what a model call of the open step may cost at most, if every limit has room for it beside what is spent today and
   * what other calls under way have set aside; else nothing is written. A further attempt of the step replaces what its last one set aside.
   * `recordStep` settles it to what the call cost, the end of the run to what was used until then. It lasts no longer than this opening of the store.
   */
  reserveBudget(input: ReservationDraft): Promise<Reservation>;

  /** The open step becomes done: its answer enters the transcript, its calls become `planned` rows, its usage a row. */
  recordStep(input: StepRecord): Promise<Committed>;

  /**
   * Calls become `started` (from `planned`, or again from `started` in recovery: attempt + 1, never for `opaque`) with the deadline of their effect in Unix ms.
   * With `approvalId`: `approved → consumed` in the same transaction, bound by the plan hash; throws `tool.denied` where that approval is not approved.
   */
  startCalls(input: {
    runId: string;
    fence: string;
    step: number;
    calls: readonly { index: number; deadline: number; approvalId?: string | undefined }[];
  }): Promise<Committed>;

  /** A call becomes terminal, with its result, the messages it asked to send and the taint it brought. */
  finishCall(input: {
    runId: string;
    fence: string;
    step: number;
    index: number;
    state: 'done' | 'failed' | 'unknown' | 'cancelled';
    result: ToolResultPart;
    taint: readonly TaintSource[];
    outbound: readonly OutboundDraft[];
  }): Promise<Committed>;

  /** Text of an open step that has been shown, coalesced. `offset` counts UTF-16 units already journaled of this attempt. Carries no event. */
  appendDelta(input: {
    runId: string;
    fence: string;
    step: number;
    attempt: number;
    offset: number;
    text: string;
  }): Promise<void>;

  /**
   * The run frees its lease and waits. Approvals and their asks are made in the same transaction.
   * `ready`: the approval it names in `reason.ref` was decided meanwhile, so the run waits for nothing and may be claimed at once.
   * A queued `steer` row of the same conversation, principal and trust withdraws the approvals at once, as it does in `acceptInbound`.
   */
  parkRun(input: {
    runId: string;
    fence: string;
    reason: ParkReason;
    resumeAt?: number | undefined;
    approvals: readonly ApprovalDraft[];
    /** It was claimed as `cutTogether`, and nothing of it was tried: the stall that was not counted is, until it is claimed so again. */
    untried?: boolean | undefined;
  }): Promise<{ ready: boolean } & Committed>;

  /**
   * The terminal transaction of a run that ends well: the last step (as `recordStep`), the outbound rows, the fates of every bound inbound,
   * `run.end`. If a `steer` row of the same conversation, principal and trust is queued, only the step is recorded and `steered` is returned.
   * Bubbles: where the run has a bubble row for a part, the draft becomes an `edit` of it (a bubble still `prepared` is withdrawn and the draft is a `send`);
   * surplus sent bubbles get a `delete` row.
   * A sub-agent ends after those it began itself: while one of them is unended its step is recorded, it is parked, and `waits` is returned.
   * `queued`: how many messages of its session wait; where there are none, nothing is there to claim.
   */
  completeRun(input: {
    runId: string;
    fence: string;
    last: StepRecord | undefined;
    finish: FinishReason;
    outbound: readonly OutboundDraft[];
    /** Why nothing is said, where the answer is empty. */
    silent?: string | undefined;
  }): Promise<
    | ({ kind: 'completed'; queued: number } & Settled)
    | ({ kind: 'steered' } & Committed)
    | ({ kind: 'waits' } & Committed)
  >;

  /** The terminal transaction of a run that fails: open step aborted, planned calls cancelled, started ones unknown, inbounds failed, notice sent. */
  failRun(input: {
    runId: string;
    fence: string;
    error: RunError;
    /** What its open step had used; absent: not known yet, `countCut` tells it. */
    cut?: CutStep | undefined;
    notice: readonly OutboundDraft[];
  }): Promise<Settled>;

  /**
   * Ends a run on purpose, with every sub-agent below it; compare-and-set, without a fence. Partial text is stored as an aborted step's answer, planned calls `cancelled`,
   * started calls `unknown`, approvals cancelled, bubble closed by `closing`, inbounds `cancelled`; with `cancelQueued` everything queued in the session too.
   * Results of the open calls and the partial answer enter the transcript, which stays valid. `none` where no unended run exists (queued rows are still cancelled).
   */
  abortRun(
    input: AbortInput,
  ): Promise<({ kind: 'aborted'; runId: string } & Settled) | ({ kind: 'none' } & Settled)>;

  /**
   * `abortRun` whose inbounds are re-bound to a new run claimed under `fence`, with the oldest queued `interrupt` row and the `steer` rows
   * that were queued before it, in one transaction. `undefined` where nothing is to interrupt.
   */
  interruptRun(
    input: { sessionId: string; fence: string } & LastWords,
  ): Promise<{ aborted: string; run: ClaimedRun } | undefined>;

  /**
   * Does what a control inbound asks and ends it as `answered` (reason `command`), in one transaction. Nothing happens if it is settled already.
   * `stop` and `reset` reach only what was accepted before the command. `stale`: what it is about is not as it was: the approval had ended as this
   * state (`unknown`: there is none), the entry to go back to or to fork is gone (`gone`), or the pairing code is `unknown` or `locked:<until>`. Then nothing was done and the command is still open;
   * settle it again, without that, with words that say so. `forkId`: the session that was made.
   */
  settleCommand(
    input: CommandInput,
  ): Promise<
    { settled: boolean; aborted: string | undefined; stale?: string; forkId?: string } & Settled
  >;

  /** Compare-and-set; the first decision wins and readies the run. `stale` tells the state that was there first. `cancelled`: withdrawn because the conversation went on. */
  decideApproval(input: {
    approvalId: string;
    decision: 'approved' | 'denied' | 'expired' | 'cancelled';
    by: string;
    outbound: readonly OutboundDraft[];
  }): Promise<
    | ({ kind: 'decided'; runId: string; sessionId: string } & Committed)
    | { kind: 'stale'; state: string }
    | { kind: 'unknown' }
  >;

  // Delivery
  /** A placeholder bubble of a running answer, committed before it is sent. `undefined` where anything earlier in the conversation is undelivered or the run has one. */
  openBubble(input: {
    runId: string;
    fence: string;
    draft: OutboundDraft;
  }): Promise<{ outboundId: string } | undefined>;
  /**
   * The head of a conversation's lane, its lowest undelivered row. `prepared` and due: becomes `sending` with fence and deadline → `send`.
   * `sending` of an earlier boot: becomes `ambiguous` once its deadline and `marginMs` have passed → `ambiguous`. TTL passed → `expired`, nothing is changed; a row that nobody misses becomes dead, looks on.
   * An `edit` or `delete` whose target has no receipt: the edit is returned without `receipt` (send it anew), the delete is withdrawn.
   */
  claimDelivery(input: {
    conversationId: string;
    fence: string;
    deadlineMs: number;
    marginMs: number;
  }): Promise<DeliveryClaim>;
  settleDelivery(input: {
    outboundId: string;
    fence: string;
    outcome: DeliveryOutcome;
  }): Promise<void>;
  /** `ambiguous → sending` (marked where the platform has no key) under the given fence, or `→ unconfirmed`. Throws `run.fence-lost` where it is not ambiguous any more. */
  resolveDelivery(input: {
    outboundId: string;
    fence: string;
    to: 'resend' | 'resend-marked' | 'unconfirmed';
    deadlineMs: number;
  }): Promise<Delivery | undefined>;
  /** A message nobody's run asked for (`cuttle message send`). Idempotent by origin. */
  prepareOutbound(input: {
    drafts: readonly OutboundDraft[];
  }): Promise<{ outboundIds: readonly string[]; conversations: readonly string[] }>;
  /** Dead letters, and those of unknown outcome: `→ prepared` (marked where it may have arrived), or listed no more. */
  retryDead(input: { outboundId: string }): Promise<boolean>;
  discardDead(input: { outboundId: string }): Promise<boolean>;

  // Schedules
  putSchedule(input: ScheduleDraft): Promise<{ scheduleId: string }>;
  cancelSchedule(input: { scheduleId: string; owner: string }): Promise<boolean>;
  /** Inserts the inbound and advances the schedule in one compare-and-set on (id, revision, instant); `undefined` when it fired or changed meanwhile. */
  fireSchedule(input: {
    scheduleId: string;
    revision: number;
    instant: number;
    accept: AcceptInput;
  }): Promise<AcceptResult | undefined>;

  // Access
  /** `by`: whose decision it is, for the audit. */
  setIdentityAccess(input: {
    channel: string;
    accountId: string;
    externalId: string;
    access: 'allowed' | 'blocked' | 'none';
    by?: string | undefined;
  }): Promise<void>;
  putToken(input: TokenDraft): Promise<void>;
  /** Single-use tokens are gone after the first success. */
  useToken(input: { hash: string; kind: TokenDraft['kind'] }): Promise<StoredToken | undefined>;
  removeToken(input: { hash: string }): Promise<void>;

  patchSession(input: {
    sessionKey: string;
    agentId: string;
    title?: string | null;
    model?: string | null;
    persona?: string | null;
    thinking?: ThinkingLevel | null;
    queueMode?: QueueMode | null;
    archived?: boolean;
  }): Promise<SessionRow>;
  /** `subject`: what it is about, `session:<id>` or `person:<id>`. */
  appendAudit(input: {
    kind: string;
    principal: string;
    details: Json;
    subject?: string | undefined;
  }): Promise<void>;

  // Key-value rows (notes, memory, small state). `once` makes a repeated put with the same key of a call take effect once.
  putValue(input: {
    namespace: string;
    key: string;
    value: Json;
    once?: string | undefined;
  }): Promise<void>;
  removeValue(input: { namespace: string; key: string }): Promise<boolean>;

  /** Small slices of upkeep: expired tokens, pairings and approvals, closed deltas. Returns how many rows changed, and what the expired approvals made ready. */
  sweep(input: { limit: number }): Promise<{ changed: number } & Committed>;
}
