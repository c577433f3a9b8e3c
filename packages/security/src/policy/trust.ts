import type { Principal, Provenance, TaintSource, Trust } from '@cuttle/core-types';
import { type ConversationFacts, decideInbound } from './conversation.ts';
import { isOwner, scopeIncludes } from './scopes.ts';

/** A rung of authority: `Trust` once a machine has been measured by whom it works for. */
export type Standing = Exclude<Trust, 'machine'>;

const rungs: readonly Standing[] = ['stranger', 'guest', 'paired', 'owner'];

/**
 * The lower of what the principal is and what the door vouched for.
 * A machine stands where its creator stood: by its scopes, or, where it acts for a person, as that person's provenance says.
 */
export function effectiveTrust(principal: Principal, provenance: Provenance): Standing {
  const own = standingOf(principal, provenance);
  if (provenance.trust === 'machine') return own;
  return rungs[Math.min(rungs.indexOf(own), rungs.indexOf(provenance.trust))] ?? 'stranger';
}

function standingOf(principal: Principal, provenance: Provenance): Standing {
  if (isOwner(principal)) return 'owner';
  switch (principal.kind) {
    case 'owner':
    case 'person':
      return 'paired';
    case 'client':
      return scopeIncludes(principal.scopes, 'operator.write') ? 'paired' : 'stranger';
    case 'machine': {
      if (scopeIncludes(principal.scopes, 'operator.write')) return 'paired';
      const forPerson = principal.personId !== undefined && provenance.trust !== 'machine';
      return forPerson ? 'paired' : 'stranger';
    }
  }
}

/** The trust of what a principal says: at a messenger decided by the conversation, elsewhere by what it was given. */
export function trustOf(principal: Principal, conversation?: ConversationFacts): Trust {
  if (conversation?.blocked) return 'stranger';
  if (isOwner(principal) && principal.kind !== 'machine') return 'owner';
  switch (principal.kind) {
    case 'owner':
      return 'owner';
    case 'machine':
      return 'machine';
    case 'client':
      return scopeIncludes(principal.scopes, 'operator.write') ? 'paired' : 'stranger';
    case 'person':
      if (!conversation) return 'stranger';
      if (conversation.allowed) return 'paired';
      return decideInbound(principal, conversation).kind === 'allow' ? 'guest' : 'stranger';
  }
}

/**
 * Why an inbound taints the run that takes it. `pull` is a client's door (HTTP, WebSocket, hook): its text may
 * quote anything, so it taints unless it is the owner's own. A direct message of someone the owner let in does not.
 */
export function taintOf(
  provenance: Provenance,
  chat: 'dm' | 'group' | 'pull',
): readonly TaintSource[] {
  const sources: TaintSource[] = [];
  if (chat === 'group') sources.push('group');
  if (provenance.trust === 'guest' || provenance.trust === 'stranger')
    sources.push(provenance.trust);
  if (chat === 'pull' && provenance.trust !== 'owner') sources.push('client');
  return sources;
}

/**
 * Who a schedule or hook acts as: its creator's id and authority, never more, and no decision on approvals.
 * A person's authority comes from their provenance, which the schedule keeps; anyone else's from their scopes.
 */
export function toMachine(creator: Principal): Principal {
  const { id, kind, personId, scopes } = creator;
  if (kind === 'person') return { id, kind: 'machine', personId: personId ?? id, scopes: [] };
  if (kind === 'machine') return creator;
  return { id, kind: 'machine', scopes };
}
