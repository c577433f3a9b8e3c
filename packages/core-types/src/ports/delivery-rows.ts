import type { OutboundPart, Receipt, SendKind, Target } from './channel.ts';
import type { ConversationRef } from './conversation-ref.ts';

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
  readonly conversationKey: string;
  readonly target: Target;
  readonly group: boolean;
  readonly kind: SendKind;
  readonly body: OutboundPart;
  readonly receipt: Receipt | undefined;
  readonly idempotencyKey: string;
  readonly attempt: number;
  /** When the row was written, Unix ms: it cannot have been sent before. */
  readonly createdAt: number;
  readonly marked: boolean;
  readonly fence: string;
  readonly deadline: number;
  readonly origin: string;
}

export type DeliveryClaim =
  | { readonly kind: 'send'; readonly delivery: Delivery }
  | { readonly kind: 'ambiguous'; readonly delivery: Delivery }
  /** Rows waited past their time, and a person misses some of them: `expireDeliveries` gives them up. */
  | {
      readonly kind: 'expired';
      readonly conversationId: string;
      readonly conversation: ConversationRef;
      readonly outboundIds: readonly string[];
      /** Beginnings of answers and notices that nobody has seen, those of earlier steps of the same outage too. */
      readonly missed: readonly { readonly text: string; readonly at: number }[];
    }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'idle' };

export type DeliveryOutcome =
  | { readonly kind: 'sent'; readonly receipt: Receipt }
  /** `uncounted`: no attempt, since the call was not made or not looked at. */
  | {
      readonly kind: 'retry';
      readonly notBefore: number;
      readonly reason: string;
      readonly uncounted?: boolean | undefined;
    }
  /** `rest`: also the later rows of the same origin. */
  | {
      readonly kind: 'dead';
      readonly reason: string;
      readonly rest: boolean;
      /** Tells the person, where they can be told. */
      readonly notice?: readonly OutboundDraft[] | undefined;
    }
  | { readonly kind: 'ambiguous' };
