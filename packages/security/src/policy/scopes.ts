import type { Principal, Scope } from '@cuttle/core-types';

const includes = {
  'operator.read': ['operator.read'],
  'operator.write': ['operator.write', 'operator.read'],
  'operator.approvals': ['operator.approvals'],
  'operator.pairing': ['operator.pairing'],
  'operator.admin': [
    'operator.admin',
    'operator.write',
    'operator.read',
    'operator.approvals',
    'operator.pairing',
    'workers',
  ],
  workers: ['workers'],
} as const satisfies Record<Scope, readonly Scope[]>;

/** Whether one of `scopes` is `needed` or includes it: admin includes all, write includes read. */
export function scopeIncludes(scopes: readonly Scope[], needed: Scope): boolean {
  return scopes.some((scope) => includes[scope].some((included) => included === needed));
}

/** The owner in person, or a token or machine that was given all of the owner's authority. */
export function isOwner(principal: Principal): boolean {
  if (principal.kind === 'owner') return true;
  return principal.kind !== 'person' && scopeIncludes(principal.scopes, 'operator.admin');
}
