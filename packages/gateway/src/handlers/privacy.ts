import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import { parseLinkAddress, type PersonRef, purgePerson, readTrace } from '@cuttle/sessions';
import type { Caller, Handlers } from '../gateway-deps.ts';
import { isoTime } from '../iso-time.ts';

/** Where a person's archive is fetched. */
export const exportPath = '/exports/person';

export const privacyHandlers: Pick<Handlers, 'sessions.export_user' | 'sessions.purge_user'> = {
  async 'sessions.export_user'({ store, clock }, { params, caller }) {
    requireOwner(caller);
    await readTrace(store.reader, toPersonRef(params));
    const { personId, identity } = params;
    const query = new URLSearchParams({
      ...(personId && { personId }),
      ...(identity && { identity }),
    });
    const day = isoTime(clock.now()).slice(0, 10);
    return { path: `${exportPath}?${query.toString()}`, fileName: `person-${day}.tar` };
  },
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
