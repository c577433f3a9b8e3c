import type { InboundState } from '../inbound.ts';
import type { Json } from '../json.ts';
import type { AssistantMessage, ToolResultPart } from '../message.ts';
import type { Principal, Trust } from '../principal.ts';
import type { RunOutcome } from '../run-event.ts';
import type { Usage } from '../usage.ts';
import type { PlannedCall } from './journal-rows.ts';
import type { FinishReason } from './provider.ts';

export interface StoredCall extends PlannedCall {
  readonly approvalId: string | undefined;
  readonly approvalState:
    | 'pending'
    | 'approved'
    | 'denied'
    | 'expired'
    | 'cancelled'
    | 'consumed'
    | undefined;
  readonly state: 'planned' | 'started' | 'done' | 'failed' | 'unknown' | 'cancelled';
  readonly attempt: number;
  readonly deadline: number | undefined;
  readonly result: ToolResultPart | undefined;
}

export interface StoredStep {
  readonly step: number;
  readonly state: 'open' | 'done' | 'aborted';
  readonly attempt: number;
  readonly uptoSeq: number;
  /** How far the summary reached that this step saw. */
  readonly summaryUpto: number | undefined;
  readonly answer: AssistantMessage | undefined;
  readonly finish: FinishReason | undefined;
  readonly usage: Usage | undefined;
  readonly calls: readonly StoredCall[];
}

export interface StoredRun {
  readonly runId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly state: 'leased' | 'parked' | 'ready' | 'completed' | 'failed' | 'aborted';
  readonly wait: Json | undefined;
  readonly outcome: RunOutcome | undefined;
  readonly steps: readonly StoredStep[];
  readonly inbounds: readonly string[];
  readonly principalId: string;
  readonly trust: Trust;
  readonly createdAt: number;
  readonly endedAt: number | undefined;
}

export interface StoredInbound {
  readonly inboundId: string;
  readonly sessionId: string;
  readonly sessionKey: string;
  readonly state: InboundState;
  readonly runId: string | undefined;
  readonly reason: string | undefined;
  /** What a command answered. */
  readonly reply: string | undefined;
  /** What was said, as text. */
  readonly text: string;
  /** The messenger's own id of the message. */
  readonly messageId?: string | undefined;
  /** Of how many messages of the messenger it was put together; absent: of one. */
  readonly merged?: number | undefined;
  /** The inbound that was to be answered first. */
  readonly after?: string | undefined;
  readonly at: number;
}

export interface FoundInbound extends StoredInbound {
  /** Who said it. */
  readonly principal: Principal;
}

export interface Fate {
  readonly inbound: StoredInbound;
  readonly timeline: readonly {
    readonly at: number;
    readonly what: string;
    readonly detail: Json;
  }[];
}
