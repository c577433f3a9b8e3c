import type { ModelProvider } from '@cuttle/core-types/ports';
import type { RouteAttempt, RouteHealth, RoutePermission } from './route-health.ts';

/** A provider, or what else a key opens, that uses one key. */
export interface PoolKey<Service = ModelProvider> {
  /** Names the key in `RouteHealth` and in what is kept of it; never the key itself. */
  readonly id: string;
  /** Shown to people. */
  readonly label: string;
  readonly provider: Service;
}

export type PoolChoice<Service = ModelProvider> =
  | { readonly kind: 'go'; readonly key: PoolKey<Service>; readonly attempt: RouteAttempt }
  /** No key may be asked; this is the one whose rest ends first. */
  | Extract<RoutePermission, { kind: 'rest' }>;

/** The keys of one service. */
export interface KeyPool<Service = ModelProvider> {
  readonly keys: readonly [PoolKey<Service>, ...PoolKey<Service>[]];
  /**
   * A key for a call now. With a cache key always the same one while it is ready, so that the service's prompt cache stays
   * warm; without one, each in turn.
   */
  choose(call: {
    readonly model: string;
    readonly cacheKey: string | undefined;
  }): PoolChoice<Service>;
}

export function createKeyPool<Service = ModelProvider>(
  keys: readonly [PoolKey<Service>, ...PoolKey<Service>[]],
  deps: { readonly health: RouteHealth },
): KeyPool<Service> {
  let turn = 0;
  const order = (cacheKey: string | undefined): readonly PoolKey<Service>[] => {
    if (keys.length === 1) return keys;
    if (cacheKey !== undefined)
      return keys.toSorted((left, right) => weigh(cacheKey, right) - weigh(cacheKey, left));
    const start = turn;
    turn = (turn + 1) % keys.length;
    return [...keys.slice(start), ...keys.slice(0, start)];
  };
  return {
    keys,
    choose({ model, cacheKey }) {
      let soonest: Extract<PoolChoice, { kind: 'rest' }> | undefined;
      for (const key of order(cacheKey)) {
        const permission = deps.health.enter({ keyId: key.id, model });
        if (permission.kind === 'go') return { ...permission, key };
        if (!soonest || permission.untilMs < soonest.untilMs) soonest = permission;
      }
      if (!soonest) throw new TypeError('A pool has at least one key.');
      return soonest;
    },
  };
}

/**
 * Highest weight wins (rendezvous hashing): a session finds its key without anybody remembering it, and when a key rests only
 * its own sessions move. FNV-1a with a last mixing, as small changes at the end must change the order.
 */
function weigh(cacheKey: string, { id }: Pick<PoolKey, 'id'>): number {
  let hash = 0x81_1c_9d_c5;
  for (const text of [id, cacheKey])
    for (let at = 0; at < text.length; at += 1)
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c_1b_3c_6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
