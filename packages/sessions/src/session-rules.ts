import { endedBefore, type ResetPolicy } from './reset-policy.ts';
import type { ChatPlace } from './session-key.ts';
import { type SessionScope, scopeSessionKey, type Speaker } from './session-scope.ts';

/** What kind of place a conversation is held in. */
export type PlaceKind = 'dm' | 'group' | 'thread';

export interface ResetRule {
  readonly policy: ResetPolicy;
  /** Whether the person is told that a new conversation begins. */
  readonly notice: 'told' | 'silent';
}

/** What the owner decided of sessions; all of it is read anew for each message. */
export interface SessionRules {
  /** The session that a message of a messenger belongs to. */
  keyOf(place: ChatPlace, speaker: Speaker): string;
  /** A conversation in such a place that was silent since before `before` has ended. Undefined: it goes on. */
  resetOf(
    place: { readonly channel: string; readonly kind: PlaceKind },
    nowMs: number,
  ): { readonly before: number; readonly notice: ResetRule['notice'] } | undefined;
}

export function createSessionRules(rules: {
  scopeOf(channel: string): SessionScope;
  ruleOf(channel: string, kind: PlaceKind): ResetRule;
}): SessionRules {
  return {
    keyOf: (place, speaker) => scopeSessionKey(place, speaker, rules.scopeOf(place.channel)),
    resetOf({ channel, kind }, nowMs) {
      const { policy, notice } = rules.ruleOf(channel, kind);
      const before = endedBefore(policy, nowMs);
      return before === undefined ? undefined : { before, notice };
    },
  };
}

export function placeKindOf(chat: ChatPlace['chat']): PlaceKind {
  return chat.threadId === undefined ? chat.kind : 'thread';
}
