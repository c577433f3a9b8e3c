import type { InboundBody, InboundState, QueueMode, Route } from '../inbound.ts';
import type { Json } from '../json.ts';
import type { AssistantMessage, ToolResultPart } from '../message.ts';
import type { Principal, Provenance, TaintSource } from '../principal.ts';
import type { ParkReason, RunError, RunOutcome } from '../run-event.ts';
import type { Usage } from '../usage.ts';
import type { FinishReason } from './provider.ts';
import type { OutboundPart, Receipt, SendKind, Target } from './channel.ts';
import type { Effect } from './tool.ts';

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
export interface Journal {
  /** The row of a platform account, made on first sight. Unique by (channel, platformId). */
  openAccount(input: {
    channel: string;
    name: string;
    platformId: string;
  }): Promise<{ accountId: string }>;
  acceptInbound(input: AcceptInput): Promise<AcceptResult>;

  /**
   * Takes the session's run place. In this order:
   * 1. an unended run leased by an earlier boot, or `ready`: takes it over (new fence; attempt + 1 and stalls + 1 when it was leased;
   *    an open step gets attempt + 1 and a `step.restart` event); an expired `parked` one with `resumeAt` in the past becomes ready first;
   * 2. an unended run leased by this boot, or parked: `undefined`;
   * 3. else the oldest `queued` inbound that is no control: a new run whose id is that inbound's id, with that inbound bound
   *    (mode `collect`: also the directly following queued rows of mode `collect` with equal conversation, principal and trust, at most `collectMax`),
   *    bound rows appended to the transcript, and step 1 opened;
   * 4. else `undefined`.
   * Expired inbounds (`expiresAt`) are cancelled with reason `expired` on the way.
   */
  claimRun(input: {
    sessionId: string;
    fence: string;
    collectMax: number;
  }): Promise<ClaimedRun | undefined>;

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

  /** A further attempt of the open step, with the same boundary. Adds `step.restart`. */
  restartStep(input: {
    runId: string;
    fence: string;
    step: number;
  }): Promise<{ attempt: number; events: readonly DurableEvent[] }>;

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
   */
  parkRun(input: {
    runId: string;
    fence: string;
    reason: ParkReason;
    resumeAt?: number | undefined;
    approvals: readonly ApprovalDraft[];
  }): Promise<{ ready: boolean } & Committed>;

  /**
   * The terminal transaction of a run that ends well: the last step (as `recordStep`), the outbound rows, the fates of every bound inbound,
   * `run.end`. If a `steer` row of the same conversation, principal and trust is queued, only the step is recorded and `steered` is returned.
   * Bubbles: where the run has a bubble row for a part, the draft becomes an `edit` of it (a bubble still `prepared` is withdrawn and the draft is a `send`);
   * surplus sent bubbles get a `delete` row.
   */
  completeRun(input: {
    runId: string;
    fence: string;
    last: StepRecord | undefined;
    finish: FinishReason;
    outbound: readonly OutboundDraft[];
    /** Why nothing is said, where the answer is empty. */
    silent?: string | undefined;
  }): Promise<({ kind: 'completed' } & Settled) | ({ kind: 'steered' } & Committed)>;

  /** The terminal transaction of a run that fails: open step aborted, planned calls cancelled, started ones unknown, inbounds failed, notice sent. */
  failRun(input: {
    runId: string;
    fence: string;
    error: RunError;
    notice: readonly OutboundDraft[];
  }): Promise<Settled>;

  /**
   * Ends a run on purpose; compare-and-set, without a fence. Partial text is stored as an aborted step's answer, planned calls `cancelled`,
   * started calls `unknown`, approvals cancelled, bubble closed by `closing`, inbounds `cancelled`; with `cancelQueued` everything queued in the session too.
   * Results of the open calls and the partial answer enter the transcript, which stays valid. `none` where no unended run exists (queued rows are still cancelled).
   */
  abortRun(
    input: AbortInput,
  ): Promise<({ kind: 'aborted'; runId: string } & Settled) | ({ kind: 'none' } & Settled)>;

  /** `abortRun` whose inbounds are re-bound, with the oldest queued `interrupt` row, to a new run claimed under `fence`, in one transaction. `undefined` where nothing is to interrupt. */
  interruptRun(input: {
    sessionId: string;
    fence: string;
    partial?: AssistantMessage | undefined;
    closing: readonly OutboundDraft[];
  }): Promise<{ aborted: string; run: ClaimedRun } | undefined>;

  /**
   * Does what a control inbound asks and ends it as `answered` (reason `command`), in one transaction. Nothing happens if it is settled already.
   * `stop` and `reset` reach only what was accepted before the command. `stale`: the approval had ended as this state (`unknown`: there is none), so nothing
   * was done and the command is still open; settle it again, without `approval`, with words that say so.
   */
  settleCommand(
    input: CommandInput,
  ): Promise<{ settled: boolean; aborted: string | undefined; stale?: string } & Settled>;

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
   * `sending` of an earlier boot: becomes `ambiguous` once its deadline and `marginMs` have passed → `ambiguous`. TTL passed: becomes dead, looks on.
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
  /** Dead letters: `dead → prepared`, or listed no more. */
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
  putPairing(input: PairingDraft): Promise<void>;
  /** Single use. `undefined` for an unknown or expired code. */
  approvePairing(input: {
    codeHash: string;
    by: string;
    outbound: readonly OutboundDraft[];
  }): Promise<({ identity: Identity } & Committed) | undefined>;
  setIdentityAccess(input: {
    channel: string;
    accountId: string;
    externalId: string;
    access: 'allowed' | 'blocked' | 'none';
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
    queueMode?: QueueMode | null;
    archived?: boolean;
  }): Promise<SessionRow>;
  appendAudit(input: { kind: string; principal: string; details: Json }): Promise<void>;

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

/** Something a client may resume from: durable events of a session, in commit order. */
export interface DurableEvent {
  readonly sessionId: string;
  readonly seq: number;
  readonly runId: string | undefined;
  readonly kind: DurableEventKind;
  readonly ref: EventRef;
  readonly at: number;
}
export type DurableEventKind =
  | 'inbound'
  | 'run.start'
  | 'step.start'
  | 'step.restart'
  | 'step.end'
  | 'tool.call'
  | 'tool.result'
  | 'approval.request'
  | 'approval.resolve'
  | 'run.park'
  | 'run.end'
  | 'command'
  | 'session.reset';
export interface EventRef {
  readonly inboundId?: string;
  readonly step?: number;
  readonly attempt?: number;
  readonly index?: number;
  readonly approvalId?: string;
  readonly detail?: Json;
}
export interface Committed {
  readonly events: readonly DurableEvent[];
  /** Conversations that got outbound rows. */
  readonly conversations: readonly string[];
}
export interface Settled extends Committed {
  /** Inbounds whose fate was set, with their session's further queue. */
  readonly inbounds: readonly string[];
}

export interface ConversationRef {
  readonly accountId: string;
  /** Unique within the account: the channel's chat and thread. */
  readonly key: string;
  readonly target: Target;
  readonly group: boolean;
}

export interface AcceptInput {
  readonly inboundId: string;
  readonly accountId: string;
  readonly externalId: string;
  /** SHA-256 of what was said; the same external id with another hash is a conflict. */
  readonly bodyHash: string;
  readonly sessionKey: string;
  readonly agentId: string;
  /** Where to answer; absent for pull doors. */
  readonly conversation?: ConversationRef | undefined;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly taint: readonly TaintSource[];
  readonly route: Route;
  readonly mode: QueueMode;
  readonly body: InboundBody;
  readonly identity?:
    | { readonly channel: string; readonly externalId: string; readonly name?: string | undefined }
    | undefined;
  readonly verdict:
    | { readonly kind: 'queue' }
    | { readonly kind: 'control' }
    | {
        readonly kind: 'refuse';
        readonly reason: string;
        readonly notice: readonly OutboundDraft[];
        readonly pairing?: PairingDraft | undefined;
      };
  /** Bounds of queued rows, per session and in all. Reached: `busy`; with `busyNotice` the refusal is stored and told. */
  readonly bounds: { readonly perSession: number; readonly total: number };
  readonly busyNotice?: readonly OutboundDraft[] | undefined;
  readonly expiresAt?: number | undefined;
}

export type AcceptResult =
  | ({
      readonly kind: 'accepted';
      readonly inboundId: string;
      readonly sessionId: string;
    } & Committed)
  | {
      readonly kind: 'duplicate';
      readonly inboundId: string;
      readonly sessionId: string;
      readonly state: InboundState;
      readonly runId: string | undefined;
    }
  | { readonly kind: 'conflict'; readonly inboundId: string }
  | ({ readonly kind: 'busy' } & Committed)
  | ({ readonly kind: 'refused'; readonly inboundId: string } & Committed);

export interface BoundInput {
  readonly inboundId: string;
  readonly externalId: string;
  readonly body: InboundBody;
}
export interface OpenedStep {
  readonly step: number;
  readonly attempt: number;
  /** The transcript's last entry that the model sees. */
  readonly uptoSeq: number;
  /** Inputs bound by this transaction, in order. */
  readonly bound: readonly BoundInput[];
  readonly events: readonly DurableEvent[];
}
export interface ClaimedRun {
  readonly runId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly generation: number;
  /** The session's own choice, over the agent's. */
  readonly model: string | undefined;
  readonly fence: string;
  readonly attempt: number;
  readonly stalls: number;
  readonly resumed: boolean;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly taint: readonly TaintSource[];
  readonly route: Route;
  readonly conversationId: string | undefined;
  readonly conversationKey: string | undefined;
  readonly createdAt: number;
  /** All inbounds bound to the run, in order. */
  readonly inputs: readonly BoundInput[];
  /** The open step; `undefined` for a resumed run whose last step is done. */
  readonly open:
    | { readonly step: number; readonly attempt: number; readonly uptoSeq: number }
    | undefined;
  readonly events: readonly DurableEvent[];
}

export interface PlannedCall {
  readonly index: number;
  readonly callId: string;
  readonly tool: string;
  readonly input: Json;
  readonly effect: Effect;
  readonly planHash: string;
  /** Whether the policy wants an approval before it runs. */
  readonly gated: boolean;
}
export interface StepRecord {
  readonly runId: string;
  readonly fence: string;
  readonly step: number;
  readonly answer: AssistantMessage;
  readonly finish: FinishReason;
  readonly usage: Usage;
  readonly provider: string;
  readonly model: string;
  readonly costMicros: number | undefined;
  readonly calls: readonly PlannedCall[];
}
export interface ApprovalDraft {
  readonly approvalId: string;
  readonly step: number;
  readonly index: number;
  readonly planHash: string;
  readonly expiresAt: number;
  /** The message that asks; absent for pull doors, whose clients get the `approval.request` event. */
  readonly ask?: OutboundDraft | undefined;
}
export interface AbortInput {
  readonly sessionId: string;
  /** Only this run; absent: whichever is active. */
  readonly runId?: string | undefined;
  readonly by: Extract<RunOutcome, { status: 'aborted' }>['by'];
  readonly partial?: AssistantMessage | undefined;
  readonly cancelQueued: boolean;
  readonly closing: readonly OutboundDraft[];
}
export interface CommandInput {
  readonly inboundId: string;
  /** What the command said back: stored with the inbound (pull doors read it there), sent as `outbound` by push doors. */
  readonly reply: string;
  readonly outbound: readonly OutboundDraft[];
  readonly stop?:
    | {
        readonly partial?: AssistantMessage | undefined;
        readonly closing: readonly OutboundDraft[];
      }
    | undefined;
  /** A new life of the session: aborts its run, raises `generation`. */
  readonly reset?: boolean | undefined;
  readonly model?: string | null | undefined;
  readonly queueMode?: QueueMode | null | undefined;
  readonly approval?:
    | { readonly approvalId: string; readonly decision: 'approved' | 'denied'; readonly by: string }
    | undefined;
}

export interface OutboundDraft {
  readonly outboundId: string;
  readonly conversation: ConversationRef;
  /** `<runId>:final`, `<runId>:<step>:<index>` of a call, `ask:<id>`, `notice:<inboundId>`, …: unique with part and kind. */
  readonly origin: string;
  readonly part: number;
  readonly kind: SendKind;
  readonly targetId?: string | undefined;
  readonly body: OutboundPart;
  readonly ttlMs: number;
}
export interface Delivery {
  readonly outboundId: string;
  readonly conversationId: string;
  readonly accountId: string;
  readonly target: Target;
  readonly group: boolean;
  readonly kind: SendKind;
  readonly body: OutboundPart;
  readonly receipt: Receipt | undefined;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly marked: boolean;
  readonly fence: string;
  readonly deadline: number;
  readonly origin: string;
}
export type DeliveryClaim =
  | { readonly kind: 'send'; readonly delivery: Delivery }
  | { readonly kind: 'ambiguous'; readonly delivery: Delivery }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'idle' };
export type DeliveryOutcome =
  | { readonly kind: 'sent'; readonly receipt: Receipt }
  | { readonly kind: 'retry'; readonly notBefore: number; readonly reason: string }
  /** `rest`: also the later rows of the same origin. */
  | { readonly kind: 'dead'; readonly reason: string; readonly rest: boolean }
  | { readonly kind: 'ambiguous' };

export interface ScheduleDraft {
  readonly scheduleId: string;
  /** Idempotency: a second put with the same key changes nothing and returns the first id. */
  readonly key: string;
  readonly owner: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly nextAt: number;
  readonly text: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly route: Route;
  readonly conversation: ConversationRef | undefined;
}
export interface PairingDraft {
  readonly codeHash: string;
  /** Shown to the owner in lists. */
  readonly codeHint: string;
  readonly channel: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly name: string | undefined;
  readonly conversation: ConversationRef;
  readonly expiresAt: number;
}
export interface Identity {
  readonly channel: string;
  readonly accountId: string;
  readonly externalId: string;
  readonly personId: string;
  readonly name: string | undefined;
  readonly access: 'allowed' | 'blocked' | 'none';
}
export interface TokenDraft {
  readonly hash: string;
  /** `code`: single use, opens the page. `cookie`: a browser's login. `api`: a key made by the owner. */
  readonly kind: 'code' | 'cookie' | 'api';
  readonly name: string;
  readonly principal: Principal;
  readonly expiresAt: number | undefined;
}
export interface StoredToken extends TokenDraft {
  readonly createdAt: number;
}
export interface SessionRow {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly generation: number;
  readonly title: string | undefined;
  readonly model: string | undefined;
  readonly queueMode: QueueMode | undefined;
  readonly archived: boolean;
  readonly messages: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}
