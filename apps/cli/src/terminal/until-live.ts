import type { Follow, FollowedSession } from '@cuttle/client';
import { CuttleError } from '@cuttle/core-types/errors';

/** The first complete state of a session. Throws why there is none. */
export async function untilLive(follow: Follow): Promise<FollowedSession> {
  for await (const session of follow) if (session.phase === 'live') return session;
  throw (
    follow.current.error ?? new CuttleError('gateway.not-running', 'The connection was closed.')
  );
}
