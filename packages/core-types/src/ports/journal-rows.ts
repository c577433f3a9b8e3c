import type { InboundBody, InboundState, QueueMode, Route, ThinkingLevel } from '../inbound.ts';
import type { Json } from '../json.ts';
import type { AssistantMessage } from '../message.ts';
import type { Principal, Provenance, TaintSource } from '../principal.ts';
import type { RunOutcome } from '../run-event.ts';
import type { Usage } from '../usage.ts';
import type { FinishReason } from './provider.ts';
import type { OutboundPart } from './channel.ts';
import type { PinDraft } from './pin-journal.ts';
import type { Effect } from './tool.ts';
import type { CutCall, CutStep } from './usage-journal.ts';
import type { PairingDecision, PairingDraft } from './access-rows.ts';
import type { OutboundDraft } from './delivery-rows.ts';
import type { ConversationRef } from './conversation-ref.ts';

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
  | 'compaction.start'
  | 'compaction.end'
  | 'compaction.undo'
  | 'run.park'
  | 'run.end'
  | 'command'
  | 'session.reset'
  | 'subagent.start'
  | 'subagent.end';
export interface EventRef {
  readonly inboundId?: string;
  readonly step?: number;
  readonly attempt?: number;
  readonly index?: number;
  readonly approvalId?: string;
  readonly subagentId?: string;
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
  /**
   * A conversation that was silent since before this instant (Unix ms) has ended: the message begins a new one when its turn comes, behind
   * whatever runs and waits. Then it is a `followup`, and `notice` is sent. An archived session goes on.
   */
  readonly renew?:
    | { readonly before: number; readonly notice: readonly OutboundDraft[] }
    | undefined;
  readonly expiresAt?: number | undefined;
  /** The inbound of another session that is answered first: until that one has ended, this one is not bound. */
  readonly after?: string | undefined;
  /**
   * Said by a bot: refused with `access.bot-loop` where bots have had `most` turns in the conversation since a person spoke there. Without it,
   * what comes with an `identity` is a person's.
   */
  readonly bot?: { readonly most: number } | undefined;
  /** Shows that the message was taken; not for a command. */
  readonly mark?: readonly OutboundDraft[] | undefined;
}

export type AcceptResult =
  | ({
      readonly kind: 'accepted';
      readonly inboundId: string;
      readonly sessionId: string;
      /** The run that waited for an approval and goes on because of this message; `events` holds each `approval.resolve`. */
      readonly freed?: { readonly runId: string; readonly createdAt: number } | undefined;
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
  | ({
      readonly kind: 'refused';
      readonly inboundId: string;
      /** As it was stored: `access.bot-loop` is found out here. */
      readonly reason: string;
    } & Committed);

/** Which session's run place is asked for. By its key it can be asked together with the message that opens it: both are one group of writes. */
export type ClaimInput = (
  | { readonly sessionId: string; readonly sessionKey?: undefined }
  | { readonly sessionKey: string; readonly sessionId?: undefined }
) & {
  readonly fence: string;
  readonly collectMax: number;
  /** Its last life ended with several that had been cut before: what is laid to all of them is no second stall of its run. */
  readonly cutTogether?: boolean | undefined;
};

export interface BoundInput {
  readonly inboundId: string;
  readonly externalId: string;
  readonly body: InboundBody;
  /** The sub-agent whose task or result it is. */
  readonly subagentId?: string | undefined;
}
export interface OpenedStep {
  readonly step: number;
  readonly attempt: number;
  /** The transcript's last entry that the model sees. */
  readonly uptoSeq: number;
  /** How far the summary reaches that the model sees before it; part of the boundary. */
  readonly summaryUpto: number | undefined;
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
  readonly persona: string | undefined;
  readonly thinking: ThinkingLevel | undefined;
  /** What is pinned for its agent and session, in order. */
  readonly orders: readonly string[];
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
  /** Real tokens for each estimated one, in thousandths, as the session's last step told. */
  readonly contextScale: number | undefined;
  /** All inbounds bound to the run, in order. */
  readonly inputs: readonly BoundInput[];
  /** What a sub-agent's run is held to; `undefined` for a run that no call asked for. */
  readonly subagent: ClaimedSubagent | undefined;
  /** The open step; `undefined` for a resumed run whose last step is done. */
  readonly open:
    | {
        readonly step: number;
        readonly attempt: number;
        /** Attempts before this one were cut and are not counted: their process ended. */
        readonly hasUncounted?: true | undefined;
        readonly uptoSeq: number;
        readonly summaryUpto: number | undefined;
      }
    | undefined;
  readonly events: readonly DurableEvent[];
}

export interface ClaimedSubagent {
  readonly subagentId: string;
  readonly kind: 'task' | 'message';
  readonly depth: number;
  readonly lineage: readonly string[];
  readonly tools: readonly string[] | undefined;
  readonly model: string | undefined;
  /** Those pinned to the sessions above. */
  readonly orders: readonly string[];
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
  /** `undefined`: the price is unknown, which is counted apart and is not nothing. */
  readonly costMicros: number | undefined;
  /** Whom the run answers; absent: nobody is told apart. */
  readonly personId?: string | undefined;
  /** Whether `reserveBudget` set money aside for it, which this settles. */
  readonly reserved?: boolean | undefined;
  readonly calls: readonly PlannedCall[];
  /** Calls of this attempt that were given up before the one that answered. */
  readonly cut?: readonly CutCall[] | undefined;
  /** `system`: no model was asked, so nothing is counted. */
  readonly saidBy?: 'system' | undefined;
  /** What the step told of the session's context. */
  readonly context?: StepContext | undefined;
}
export interface StepContext {
  /** Tokens of the request and its answer. */
  readonly tokens: number;
  /** Real tokens for each estimated one, in thousandths. */
  readonly scale: number;
}
/** Whose money: `gateway` is everybody's together. */
export type BudgetScope = 'gateway' | `agent:${string}` | `person:${string}`;
export interface BudgetLimit {
  readonly scope: BudgetScope;
  /** Microdollars of one UTC day. */
  readonly limitMicros: number;
}
export interface ReservationDraft {
  readonly runId: string;
  readonly fence: string;
  readonly step: number;
  readonly agentId: string;
  readonly personId: string;
  /** The most that the call can cost. */
  readonly amountMicros: number;
  /** Each of them must have room. */
  readonly limits: readonly BudgetLimit[];
}
export type Reservation =
  | { readonly kind: 'reserved' }
  /** The first limit without room, with what is spent today and what calls under way may still cost. */
  | ({ readonly kind: 'refused' } & BudgetLimit & Spending);
export interface Spending {
  readonly spentMicros: number;
  readonly reservedMicros: number;
}
/** How a question to a person ends. */
export type ApprovalEnd = 'approved' | 'denied' | 'expired' | 'cancelled';
export interface ApprovalDraft {
  readonly approvalId: string;
  readonly step: number;
  readonly index: number;
  readonly planHash: string;
  readonly expiresAt: number;
  /** The message that asks; absent for pull doors, whose clients get the `approval.request` event. */
  readonly ask?: OutboundDraft | undefined;
  /** What the message says once the question has ended so, in place of the question; absent where the platform cannot edit. */
  readonly ends?: Readonly<Record<ApprovalEnd, OutboundPart>> | undefined;
}
/** What a run has said when it is ended on purpose: its open step so far, and the messages that close its bubble. */
export interface LastWords {
  /** The run that said it. Where that one has ended and another one is ended in its place, the words are dropped. Absent: said by whichever is ended. */
  readonly saidBy?: string | undefined;
  readonly partial?: AssistantMessage | undefined;
  /** What its open step had used; absent: not known yet, `countCut` tells it. */
  readonly cut?: CutStep | undefined;
  readonly closing: readonly OutboundDraft[];
}
export interface AbortInput extends LastWords {
  readonly sessionId: string;
  /** Only this run; absent: whichever is active. */
  readonly runId?: string | undefined;
  readonly by: Extract<RunOutcome, { status: 'aborted' }>['by'];
  readonly cancelQueued: boolean;
}
export interface CommandInput {
  readonly inboundId: string;
  /** What the command said back: stored with the inbound (pull doors read it there), sent as `outbound` by push doors. */
  readonly reply: string;
  readonly outbound: readonly OutboundDraft[];
  readonly stop?: LastWords | undefined;
  /** A new life of the session: aborts its run, raises `generation`. */
  readonly reset?: boolean | undefined;
  readonly model?: string | null | undefined;
  readonly queueMode?: QueueMode | null | undefined;
  readonly persona?: string | null | undefined;
  readonly thinking?: ThinkingLevel | null | undefined;
  /** Back to just behind this entry, after a run that was there before it is stopped; 0 is the beginning. */
  readonly rewind?: ({ readonly toEntry: number } & LastWords) | undefined;
  /** A new session that begins with all of this one. */
  readonly fork?: { readonly sessionKey: string; readonly title: string | undefined } | undefined;
  readonly pin?: PinDraft | undefined;
  readonly unpin?: { readonly pinId: string; readonly by: string } | undefined;
  readonly approval?:
    | { readonly approvalId: string; readonly decision: 'approved' | 'denied'; readonly by: string }
    | undefined;
  readonly pairing?: PairingDecision | undefined;
}

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
export interface SessionRow {
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly agentId: string;
  /** The door of its first message. */
  readonly channel: string | undefined;
  readonly generation: number;
  readonly title: string | undefined;
  readonly model: string | undefined;
  readonly persona: string | undefined;
  readonly thinking: ThinkingLevel | undefined;
  readonly queueMode: QueueMode | undefined;
  readonly archived: boolean;
  readonly messages: number;
  /** Tokens of the last request and its answer; undefined before the first. */
  readonly contextTokens: number | undefined;
  /** How far the live summary of this generation reaches. */
  readonly summaryUpto: number | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
}
