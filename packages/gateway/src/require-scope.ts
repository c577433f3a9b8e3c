import type { Principal, Scope } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';

/** Throws `access.denied` for a caller without the scope of a method, or of what a door offers under a name of its own. */
export function requireScope(
  principal: Principal,
  { name, scope }: { readonly name: string; readonly scope: Scope | undefined },
): void {
  const decision = authorise(principal, 'method.call', { kind: 'method', name, scope });
  if (decision.kind === 'allow') return;
  const reason = decision.kind === 'deny' ? decision.reason : 'policy.scope';
  throw new CuttleError('access.denied', textFor(reason, { scope: scope ?? '' }));
}
