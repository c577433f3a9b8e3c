import type { ToolContext } from '@cuttle/core-types/ports';
import { isOwner } from '@cuttle/security/policy';

/** Whose things a call may see: the owner's at every door, else the person's, else the principal's. */
export function personOf({ principal }: Pick<ToolContext, 'principal'>): string {
  return isOwner(principal) ? 'owner' : (principal.personId ?? principal.id);
}

/** The namespace of one person's values of a kind with one agent. No two persons, agents or kinds share one. */
export function spaceOf(
  kind: 'memory' | 'note',
  context: Pick<ToolContext, 'agentId' | 'principal'>,
): string {
  return [kind, context.agentId, personOf(context)].map(encodeURIComponent).join(':');
}
