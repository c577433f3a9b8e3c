import type { Principal, Provenance, TaintSource, Trust } from '@cuttle/core-types';
import { personPrincipalId } from '@cuttle/core-types';
import type { ChannelInbound, Identity } from '@cuttle/core-types/ports';
import type { TextCode } from '@cuttle/core-types/texts';
import { authorise, taintOf } from '@cuttle/security/policy';
import type { ChannelAccount } from './kernel.ts';

/** Who sent an event and how far it is trusted. Decided here and carried unchanged. */
export interface Standing {
  readonly principal: Principal;
  readonly provenance: Provenance;
  readonly taint: readonly TaintSource[];
}
export type AccessVerdict =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'refused'; readonly reason: TextCode };

/** Facts of a platform event and the owner's settings → who it is. */
export function standingOf(
  account: ChannelAccount,
  event: ChannelInbound,
  identity: Identity | undefined,
): Standing {
  // A name can change hands; only the platform's own id names the owner.
  const isOwner = account.access.owners.includes(event.sender.id);
  const trust = isOwner ? 'owner' : trustIn(account, event, identity);
  const personId = identity?.personId;
  const principal: Principal = {
    id: isOwner
      ? 'owner'
      : personPrincipalId(account.channel.id, account.accountId, event.sender.id),
    kind: isOwner ? 'owner' : 'person',
    ...(personId !== undefined && { personId }),
    scopes: isOwner ? ['operator.admin'] : [],
  };
  const provenance: Provenance = { door: account.channel.id, accountId: account.accountId, trust };
  return { principal, provenance, taint: taintOf(provenance, event.chat.kind) };
}

export function judgeAccess(
  account: ChannelAccount,
  event: ChannelInbound,
  {
    identity,
    standing,
    isCommand,
  }: { identity: Identity | undefined; standing: Standing; isCommand: boolean },
): AccessVerdict {
  const decision = authorise(standing.principal, 'inbound.send', {
    kind: 'conversation',
    chat: event.chat.kind,
    dmPolicy: account.access.dmPolicy,
    groupPolicy: account.access.groupPolicy,
    allowed: isAllowed(account, event, identity),
    blocked: identity?.access === 'blocked',
    addressed: isAddressed(event, isCommand),
    isBot: event.sender.isBot,
    bots: account.access.bots,
  });
  return decision.kind === 'allow'
    ? { kind: 'welcome' }
    : { kind: 'refused', reason: decision.reason };
}

/** A press, and that somebody came, is told to us alone. */
function isAddressed({ kind, mentioned, replyToUs }: ChannelInbound, isCommand: boolean): boolean {
  return mentioned || replyToUs || isCommand || kind === 'button' || kind === 'join';
}

function trustIn(
  account: ChannelAccount,
  event: ChannelInbound,
  identity: Identity | undefined,
): Trust {
  if (isAllowed(account, event, identity)) return 'paired';
  const isOpen =
    event.chat.kind === 'dm'
      ? account.access.dmPolicy === 'open'
      : account.access.groupPolicy !== 'disabled';
  return isOpen ? 'guest' : 'stranger';
}

function isAllowed(
  account: ChannelAccount,
  event: ChannelInbound,
  identity: Identity | undefined,
): boolean {
  if (identity?.access === 'blocked') return false;
  return (
    identity?.access === 'allowed' ||
    isListed([...account.access.allowedUsers, ...account.access.owners], event)
  );
}

/** A list of the owner's holds platform ids, or names with or without @. */
function isListed(list: readonly string[], { sender }: ChannelInbound): boolean {
  const name = sender.username?.toLowerCase();
  return list.some((entry) => {
    const wanted = entry.trim().replace(/^@/, '').toLowerCase();
    return wanted === sender.id.toLowerCase() || (name !== undefined && wanted === name);
  });
}
