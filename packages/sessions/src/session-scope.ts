import {
  buildSessionKey,
  type ChatPlace,
  mainSessionKey,
  personSessionKey,
} from './session-key.ts';

/** How far the direct messages of people share a session. Groups and threads always have their own. */
export const sessionScopes = [
  'per-sender',
  'per-channel-peer',
  'per-account-channel-peer',
  'global',
] as const;
export type SessionScope = (typeof sessionScopes)[number];

/** Who speaks, as accept decided it. */
export interface Speaker {
  /** Whether the owner let them in by name: the owner, or someone paired. */
  readonly isKnown: boolean;
  /** The person that the owner joined this account to; undefined where nobody did. */
  readonly linkedPersonId: string | undefined;
}

/**
 * The session of a messenger's place. Only people whom the owner let in share one beyond their own chat: a guest or a stranger
 * is never read by another chat's run, whatever the scope.
 */
export function scopeSessionKey(place: ChatPlace, speaker: Speaker, scope: SessionScope): string {
  const { agentId, channel, chat } = place;
  const isShared = chat.kind === 'dm' && chat.threadId === undefined && speaker.isKnown;
  if (!isShared) return buildSessionKey(place);
  switch (scope) {
    case 'per-account-channel-peer':
      return buildSessionKey(place);
    case 'per-channel-peer':
      return buildSessionKey({ agentId, channel, account: undefined, chat });
    case 'per-sender':
      // Accounts that nobody joined stay apart: that two of them are one human is the owner's to say.
      return speaker.linkedPersonId === undefined
        ? buildSessionKey(place)
        : personSessionKey(agentId, speaker.linkedPersonId);
    case 'global':
      return mainSessionKey(agentId);
  }
}
