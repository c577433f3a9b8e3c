import type { Principal, Scope } from '@cuttle/core-types';
import { type ConversationFacts, decideInbound } from './conversation.ts';
import { allowed, allowIf, type Decision, deny } from './decision.ts';
import { isOwner, scopeIncludes } from './scopes.ts';
import { decideTool, type ToolFacts } from './tools.ts';

export type { Decision } from './decision.ts';

export type Action =
  | 'method.call'
  | 'inbound.send'
  | 'command.run'
  | 'tool.offer'
  | 'tool.use'
  | 'approval.decide'
  | 'session.read'
  | 'session.write'
  | 'task.work';

export type Resource =
  /** `scope` undefined: any authenticated principal. */
  | { readonly kind: 'method'; readonly name: string; readonly scope: Scope | undefined }
  | ({ readonly kind: 'conversation' } & ConversationFacts)
  | { readonly kind: 'command'; readonly name: string; readonly risk: 'read' | 'write' | 'owner' }
  | ({ readonly kind: 'tool' } & ToolFacts)
  /** `ownerPrincipalId` is who was asked: the run's own person where the owner let them in, else the owner. */
  | { readonly kind: 'approval'; readonly ownerPrincipalId: string }
  | { readonly kind: 'session'; readonly ownerPrincipalId: string | undefined }
  /** Tasks that agents give to workers outside, by the workers' name. */
  | { readonly kind: 'worker'; readonly name: string };

/**
 * The one answer to "may they?", for HTTP, WebSocket, channels, commands, approvals and tools. Pure and closed by
 * default: what no rule allows is denied. Authority only narrows: more taint or less trust never allows more.
 * `tool.offer` and `tool.use` follow the same rule, so that what is shown is what runs; a tool that would `ask` is offered.
 */
export function authorise(principal: Principal, action: Action, resource: Resource): Decision {
  switch (action) {
    case 'method.call':
      return resource.kind === 'method' ? decideMethod(principal, resource.scope) : noRule;
    case 'inbound.send':
      return resource.kind === 'conversation' ? decideInbound(principal, resource) : noRule;
    case 'command.run':
      return resource.kind === 'command' ? decideCommand(principal, resource.risk) : noRule;
    case 'tool.offer':
    case 'tool.use':
      return resource.kind === 'tool' ? decideTool(principal, resource) : noRule;
    case 'approval.decide':
      return resource.kind === 'approval' ? decideApproval(principal, resource) : noRule;
    case 'session.read':
    case 'session.write':
      return resource.kind === 'session' ? decideSession(principal, resource) : noRule;
    case 'task.work':
      return resource.kind === 'worker' ? decideWork(principal, resource.name) : noRule;
  }
}

const noRule: Decision = deny('policy.no-rule');

function decideMethod(principal: Principal, scope: Scope | undefined): Decision {
  return allowIf(scope === undefined || scopeIncludes(principal.scopes, scope), 'policy.scope');
}

/** Whoever was let in may read and steer their own conversation; what changes the gateway is the owner's. */
function decideCommand(principal: Principal, risk: 'read' | 'write' | 'owner'): Decision {
  if (risk === 'read' || isOwner(principal)) return allowed;
  if (risk === 'owner') return deny('access.command');
  const may = principal.kind === 'person' || scopeIncludes(principal.scopes, 'operator.write');
  return allowIf(may, 'access.command');
}

/** A machine never decides, since it would approve what itself set off. */
function decideApproval(principal: Principal, approval: { ownerPrincipalId: string }): Decision {
  if (principal.kind === 'machine') return deny('policy.not-yours');
  if (principal.kind === 'owner') return allowed;
  if (principal.kind === 'person')
    return allowIf(principal.id === approval.ownerPrincipalId, 'policy.not-yours');
  return allowIf(scopeIncludes(principal.scopes, 'operator.approvals'), 'policy.scope');
}

function decideSession(
  principal: Principal,
  session: { ownerPrincipalId: string | undefined },
): Decision {
  if (isOwner(principal)) return allowed;
  return allowIf(session.ownerPrincipalId === principal.id, 'policy.not-yours');
}

/** A token of workers is for one name alone. */
function decideWork(principal: Principal, name: string): Decision {
  if (isOwner(principal)) return allowed;
  const may = scopeIncludes(principal.scopes, 'workers') && principal.worker === name;
  return allowIf(may, 'policy.not-yours');
}
