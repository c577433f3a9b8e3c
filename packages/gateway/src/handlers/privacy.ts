import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { parseLinkAddress, type PersonRef, purgePerson } from '@cuttle/sessions';
import type { Caller, Handlers } from '../gateway-deps.ts';

export const privacyHandlers: Pick<Handlers, 'sessions.purge_user'> = {
  async 'sessions.purge_user'({ purge }, { params, caller }, signal) {
    const by = requireOwner(caller);
    const person = toPersonRef(params);
    const { purgeId, areas } = await purgePerson(purge, { person, by }, signal);
    return {
      purgeId,
      areas: areas.map(({ area, count }) => ({ area, count })),
      warnings: areas.flatMap(({ warnings }) => warnings),
    };
  },
};

/** What is kept of anybody is for the owner of the gateway alone. */
export function requireOwner({ principal }: Pick<Caller, 'principal'>): string {
  if (principal.kind === 'owner') return principal.id;
  throw new CuttleError('access.denied', textFor('policy.owner'));
}

/** Exactly one of the two. Throws `request.invalid`. */
export function toPersonRef({
  personId,
  identity,
}: {
  readonly personId?: string | undefined;
  readonly identity?: string | undefined;
}): PersonRef {
  const address = identity === undefined ? undefined : parseLinkAddress(identity);
  if (personId !== undefined && identity === undefined) return { personId };
  if (personId === undefined && address) return address;
  throw new CuttleError('request.invalid', 'This names nobody.', {
    hint: 'Give either personId, or identity as channel:id or channel/account:id.',
  });
}
