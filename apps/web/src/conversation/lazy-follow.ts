import type { Client, Follow, FollowedSession } from '@cuttle/client';
import { isCuttleError } from '@cuttle/core-types/errors';

/** A session that is followed once it exists: one that was only opened on the page is an empty one until its first message is taken. */
export interface LazyFollow {
  readonly current: FollowedSession;
  subscribe(listener: () => void): () => void;
  /** The session exists from here on. */
  begin(): void;
  loadEarlier(signal: AbortSignal): Promise<void>;
}

export interface LazyFollowOptions {
  readonly sessionKey: string;
  readonly limit: number;
}

export function createLazyFollow(
  client: Pick<Client, 'call' | 'follow'>,
  { sessionKey, limit }: LazyFollowOptions,
  end: AbortSignal,
): LazyFollow {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  let follow: Follow | undefined;
  let empty: FollowedSession = { ...nothing, sessionKey };

  const begin = (): void => {
    if (follow || end.aborted) return;
    follow = client.follow(sessionKey, { limit }, end);
    follow.subscribe(tell);
    tell();
  };
  const look = async (): Promise<void> => {
    try {
      const { sessionKey: fullKey } = await client.call('sessions.get', { sessionKey }, end);
      empty = { ...empty, sessionKey: fullKey };
      begin();
    } catch (error) {
      if (end.aborted) return;
      if (!isCuttleError(error, 'session.not-found')) {
        // What is wrong is wrong for following too, which says so and tries again.
        begin();
        return;
      }
      empty = { ...empty, phase: 'live' };
      tell();
    }
  };
  // `look` ends every failure itself.
  void look().catch(tell);
  return {
    get current() {
      return follow?.current ?? empty;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin,
    loadEarlier: async (signal) => follow?.loadEarlier(signal),
  };
}

const nothing = {
  entries: [],
  before: undefined,
  queued: [],
  runs: [],
  activeRunId: undefined,
  phase: 'loading',
  error: undefined,
} as const satisfies Omit<FollowedSession, 'sessionKey'>;
