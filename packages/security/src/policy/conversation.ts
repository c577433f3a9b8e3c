import type { Principal } from '@cuttle/core-types';
import { allowed, allowIf, type Decision, deny } from './decision.ts';

/** What accept knows of the place and the sender of an inbound, as facts. */
export interface ConversationFacts {
  readonly chat: 'dm' | 'group';
  readonly dmPolicy: 'pairing' | 'allowlist' | 'open' | 'disabled';
  readonly groupPolicy: 'mention' | 'open' | 'allowlist' | 'disabled';
  /** Paired, or on the account's allowlist. */
  readonly allowed: boolean;
  readonly blocked: boolean;
  /** The message names us: a mention, a reply to us, or a command. */
  readonly addressed: boolean;
  readonly isBot: boolean;
  /** Which messages of other bots are taken: of those that the owner let in alone, those that address us, any. */
  readonly bots: 'off' | 'mention' | 'all';
}

/**
 * Who may speak here. A block, a disabled door and an unknown bot win over everything.
 * `mention`: anyone in the group who addresses us; `open`: anyone, addressed or not;
 * `allowlist`: people the owner let in, who address us.
 */
export function decideInbound(principal: Principal, facts: ConversationFacts): Decision {
  const known = facts.allowed || principal.kind === 'owner';
  if (facts.blocked) return deny('access.blocked');
  if (facts.isBot && !known && !isBotWelcome(facts)) return deny('access.bot');
  return facts.chat === 'dm' ? decideDirect(facts, known) : decideGroup(facts, known);
}

function isBotWelcome({ bots, addressed }: ConversationFacts): boolean {
  return bots === 'all' || (bots === 'mention' && addressed);
}

function decideDirect(facts: ConversationFacts, known: boolean): Decision {
  switch (facts.dmPolicy) {
    case 'disabled':
      return deny('access.disabled');
    case 'open':
      return allowed;
    case 'allowlist':
      return allowIf(known, 'access.not-allowed');
    case 'pairing':
      return allowIf(known, 'access.pairing');
  }
}

function decideGroup(facts: ConversationFacts, known: boolean): Decision {
  switch (facts.groupPolicy) {
    case 'disabled':
      return deny('access.group-disabled');
    case 'open':
      return allowed;
    case 'mention':
      return allowIf(facts.addressed, 'access.not-addressed');
    case 'allowlist':
      if (!known) return deny('access.not-allowed');
      return allowIf(facts.addressed, 'access.not-addressed');
  }
}
