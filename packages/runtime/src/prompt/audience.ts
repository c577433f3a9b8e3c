import type { Principal, Provenance, Route } from '@cuttle/core-types';
import { effectiveTrust } from '@cuttle/security/policy';
import type { AgentSettings } from '../settings.ts';

/** Whether the owner's private files may stand in a prompt: whoever talks to the model may make it say what it was told. */
export function audienceOf(
  { privateFiles }: Pick<AgentSettings, 'privateFiles'>,
  {
    principal,
    provenance,
    route,
  }: { readonly principal: Principal; readonly provenance: Provenance; readonly route: Route },
): 'private' | 'others' {
  if (route.kind === 'push' && route.chat === 'group') return 'others';
  const standing = effectiveTrust(principal, provenance);
  const isLetIn = standing === 'owner' || (standing === 'paired' && privateFiles === 'paired');
  return isLetIn ? 'private' : 'others';
}
