import type { InboundBody, Route } from '../inbound.ts';
import type { Json } from '../json.ts';
import type { Message } from '../message.ts';
import type { Principal, Provenance } from '../principal.ts';
import type { BudgetScope, DurableEvent, SessionRow, Spending } from './journal-rows.ts';
import type { ConversationRef } from './conversation-ref.ts';
import type { Identity, StoredToken } from './access-rows.ts';
import type { CheckpointReader } from './checkpoint-journal.ts';
import type { ContextReader } from './context-reader.ts';
import type { DeliveryReader } from './delivery-reader.ts';
import type { DirectoryReader } from './directory.ts';
import type { MediaReader } from './media-journal.ts';
import type { MemoryReader } from './memory-reader.ts';
import type { OutboundReader } from './outbound-reader.ts';
import type { PersonReader } from './person-journal.ts';
import type { PairingReader } from './pairing-reader.ts';
import type { PrivacyReader } from './privacy-journal.ts';
import type { PinReader } from './pin-reader.ts';
import type { RecordsReader } from './records-reader.ts';
import type { SubagentReader } from './subagent-reader.ts';
import type { Usage } from '../usage.ts';
import type { Fate, FoundInbound, StoredRun } from './run-rows.ts';

/**
 * The reading half of the store. Contract:
 * - a read sees every transaction whose promise has resolved;
 * - every query is served by an index; none is O(history) or O(sessions): lists are paged by key, `limit` is at most 1,000;
 * - it never blocks the writer nor the main thread.
 */
export interface Reader
  extends
    CheckpointReader,
    ContextReader,
    DeliveryReader,
    DirectoryReader,
    MediaReader,
    MemoryReader,
    OutboundReader,
    PairingReader,
    PersonReader,
    PinReader,
    PrivacyReader,
    RecordsReader,
    SubagentReader {
  findSession(sessionKey: string): Promise<SessionRow | undefined>;
  findSessionById(sessionId: string): Promise<SessionRow | undefined>;
  /** Newest first by last activity. `before` is the `cursor` of the last row of the page before. */
  listSessions(input: {
    limit: number;
    before?: string | undefined;
    agentId?: string | undefined;
    /** The door of its first message. */
    channel?: string | undefined;
    search?: string | undefined;
    archived?: boolean | undefined;
  }): Promise<{ sessions: readonly SessionRow[]; next: string | undefined }>;

  /** Transcript entries with `afterSeq < seq ≤ uptoSeq` of one generation, in order, with those it begins with after a rewind or a fork. */
  readTranscript(input: {
    sessionId: string;
    generation: number;
    afterSeq: number;
    uptoSeq: number;
    limit: number;
  }): Promise<readonly TranscriptEntry[]>;
  /** What a person reads: the newest `limit` entries below `before`, oldest first, with queued inbounds at the end. Without what was rewound. */
  readHistory(input: {
    sessionId: string;
    limit: number;
    before?: number | undefined;
  }): Promise<History>;
  /**
   * Full text over all messages of all sessions and their former lives. `query`: words, "phrases", begin*, -without; any text is one.
   * The best of the newest first; `person` is a person's id or a principal's. Times in Unix ms. Throws `request.invalid` for a cursor that is none.
   */
  searchMessages(input: {
    query: string;
    limit: number;
    before?: string | undefined;
    sessionKey?: string | undefined;
    agentId?: string | undefined;
    channel?: string | undefined;
    person?: string | undefined;
    since?: number | undefined;
    until?: number | undefined;
  }): Promise<{ readonly hits: readonly MessageHit[]; readonly next?: string | undefined }>;

  /** Everything a run needs to go on after a cut. */
  findRun(runId: string): Promise<StoredRun | undefined>;
  /** The run an inbound was bound to, and the inbound's own state. */
  findInbound(
    input: { inboundId: string } | { accountId: string; externalId: string },
  ): Promise<FoundInbound | undefined>;
  /** The timeline of one inbound: received, bound, steps, calls, deliveries, end. */
  readFate(inboundId: string): Promise<Fate | undefined>;

  /** Durable events with seq > `after`, in order. */
  readEvents(input: {
    sessionId: string;
    after: number;
    limit: number;
  }): Promise<readonly DurableEvent[]>;
  /** The lowest seq still kept, and the last one given. */
  eventBounds(sessionId: string): Promise<{ first: number; last: number }>;
  /** The journaled text of a run's open step. */
  readOpenText(runId: string): Promise<{ step: number; attempt: number; text: string } | undefined>;

  /** Work left to do, as found at start: ids only, each page by key. */
  findWork(): Promise<Work>;
  findDueSchedules(input: { now: number; limit: number }): Promise<readonly ScheduleRow[]>;
  nextScheduleAt(): Promise<number | undefined>;
  listSchedules(input: {
    owner?: string | undefined;
    limit: number;
  }): Promise<readonly ScheduleRow[]>;

  /** One that was never seen is found where the owner joined it to a person. */
  findIdentity(input: {
    channel: string;
    accountId: string;
    externalId: string;
  }): Promise<Identity | undefined>;
  findToken(input: { hash: string; kind: StoredToken['kind'] }): Promise<StoredToken | undefined>;

  listApprovals(input: {
    limit: number;
    sessionId?: string | undefined;
  }): Promise<readonly ApprovalRow[]>;
  findApproval(approvalId: string): Promise<ApprovalRow | undefined>;
  listOutbound(input: {
    states: readonly OutboundState[];
    limit: number;
  }): Promise<readonly OutboundRow[]>;
  findOutbound(outboundId: string): Promise<OutboundRow | undefined>;
  /** The newest conversation of an account by key, for sending without an inbound. */
  findConversation(input: { accountId: string; key: string }): Promise<ConversationRef | undefined>;
  findConversationById(conversationId: string): Promise<ConversationRef | undefined>;
  /** Counts for `/status`, `/metrics` and back-pressure. */
  counts(): Promise<{
    queued: number;
    running: number;
    parked: number;
    undelivered: number;
    dead: number;
    unconfirmed: number;
    sessions: number;
    /** Unended ones. */
    subagents: number;
  }>;
  usage(input: { since: number; sessionId?: string | undefined }): Promise<readonly UsageRow[]>;
  /** Steps with attempts that are over and not counted: the open one of a run, or those of runs that have ended, the oldest first. */
  listUncounted(input: { runId: string } | { limit: number }): Promise<readonly UncountedStep[]>;
  /** Usage since the UTC day of `since`, summed by one thing, the dearest first (days in order); `limit` is at most 1,000. */
  usageBy(input: {
    since: number;
    by: UsageGrouping;
    limit: number;
  }): Promise<readonly UsageTotal[]>;
  /** What is spent and set aside today (UTC) in each of these scopes. */
  readSpending(input: {
    scopes: readonly BudgetScope[];
  }): Promise<readonly ({ readonly scope: BudgetScope } & Spending)[]>;
  readAudit(input: {
    limit: number;
  }): Promise<readonly { at: number; kind: string; principal: string; details: Json }[]>;

  findValue(input: { namespace: string; key: string }): Promise<ValueRow | undefined>;
  listValues(input: {
    namespace: string;
    after?: string | undefined;
    limit: number;
  }): Promise<readonly ValueRow[]>;
  searchValues(input: {
    namespace: string;
    query: string;
    limit: number;
  }): Promise<readonly ValueRow[]>;
}

export interface TranscriptEntry {
  readonly seq: number;
  readonly runId: string | undefined;
  readonly inboundId: string | undefined;
  readonly step: number | undefined;
  readonly messages: readonly Message[];
  readonly at: number;
}
export interface HistoryRow extends TranscriptEntry {
  /** Said in an earlier conversation of the same place: no model reads it any more. */
  readonly past: boolean;
}
export interface History {
  readonly entries: readonly HistoryRow[];
  readonly queued: readonly { inboundId: string; text: string; at: number }[];
  /** Pass as `before` for the page before this one; undefined at the beginning. */
  readonly before: number | undefined;
  /** The last durable event of the session when this was read. */
  readonly eventSeq: number;
  readonly activeRunId: string | undefined;
}
export interface MessageHit {
  readonly sessionKey: string;
  readonly entrySeq: number;
  /** The life of the session that it belongs to. */
  readonly generation: number;
  readonly role: string;
  readonly snippet: string;
  /** Where in the snippet the words are, in UTF-16 units. */
  readonly marks: readonly (readonly [start: number, end: number])[];
  readonly at: number;
}
export interface Work {
  /** Sessions with queued inbounds or unended runs that are leased by an earlier boot or ready. */
  readonly sessions: readonly string[];
  /** Of them, those whose run was cut before already, and has made no row since: it may be what ended both lives. Those that were tried least come first. */
  readonly suspects: readonly string[];
  /** Of the suspects, those that were cut a second time while others of them were at work, too. */
  readonly cutTogether: readonly string[];
  readonly conversations: readonly string[];
  /** Control inbounds not settled yet, in order of acceptance. */
  readonly controls: readonly ControlRow[];
  /** Queued inbounds that wait for the answer to another one. */
  readonly following: readonly { readonly sessionId: string; readonly after: string }[];
  /** Whether workers outside have tasks under leases. */
  readonly leased: boolean;
  /** Runs of stateless pull requests: their client is gone; they are closed, not run again. */
  readonly statelessRuns: readonly { readonly sessionId: string }[];
}
export interface ControlRow {
  readonly inboundId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly text: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly route: Route;
  readonly conversation: ConversationRef | undefined;
}
export interface ScheduleRow {
  readonly scheduleId: string;
  readonly revision: number;
  readonly owner: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly nextAt: number | undefined;
  readonly lastAt: number | undefined;
  readonly text: string;
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly route: Route;
  readonly conversation: ConversationRef | undefined;
}
export interface ApprovalRow {
  readonly runCreatedAt: number;
  readonly approvalId: string;
  readonly runId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly step: number;
  readonly index: number;
  readonly tool: string;
  readonly input: Json;
  readonly planHash: string;
  readonly state: 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled' | 'consumed';
  readonly expiresAt: number;
}
export type OutboundState =
  | 'prepared'
  | 'sending'
  | 'sent'
  | 'ambiguous'
  | 'unconfirmed'
  | 'dead'
  | 'withdrawn'
  | 'held';
export interface OutboundRow {
  readonly outboundId: string;
  readonly conversationId: string;
  readonly accountId: string;
  readonly channel: string;
  /** The name of the account in the configuration. */
  readonly account: string;
  readonly conversationKey: string;
  readonly state: OutboundState;
  readonly kind: string;
  readonly origin: string;
  readonly text: string;
  readonly attempt: number;
  readonly reason: string | undefined;
  readonly at: number;
}
/** A step with attempts that were cut and that nobody has counted, and all that tells what they may have used. */
export interface UncountedStep {
  readonly runId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  readonly generation: number;
  readonly personId: string;
  /** The model that was chosen over the agent's: by the sub-agent's task, or for the session. */
  readonly model: string | undefined;
  /** What was asked first. */
  readonly body: InboundBody;
  readonly step: number;
  readonly uptoSeq: number;
  readonly summaryUpto: number | undefined;
  readonly attempts: readonly { readonly attempt: number; readonly said: string }[];
}
export interface UsageRow {
  readonly day: string;
  readonly agentId: string;
  readonly provider: string;
  readonly model: string;
  readonly calls: number;
  /** Those of the calls that came to no answer. */
  readonly cutCalls: number;
  /** Those of them of which some numbers are estimates. */
  readonly estimatedCalls: number;
  readonly usage: Usage;
  /** Of the calls whose price is known. */
  readonly costMicros: number;
  /** Calls whose price is unknown. */
  readonly unpricedCalls: number;
}
/** What usage is summed by; a session by its key. */
export type UsageGrouping = 'day' | 'agent' | 'model' | 'session' | 'person';
export interface UsageTotal {
  readonly key: string;
  readonly calls: number;
  readonly cutCalls: number;
  readonly estimatedCalls: number;
  readonly usage: Usage;
  readonly costMicros: number;
  readonly unpricedCalls: number;
}
export interface ValueRow {
  readonly key: string;
  readonly value: Json;
  readonly updatedAt: number;
}
