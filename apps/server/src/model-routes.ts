import { createHash } from 'node:crypto';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, ModelFacts, ModelProvider } from '@cuttle/core-types/ports';
import {
  createKeyPool,
  createRetrying,
  createRouter,
  type KeyPool,
  type PoolKey,
  type Route,
  type RouteHealth,
  type RouteReport,
} from '@cuttle/providers';
import type { ResolvedModel } from '@cuttle/runtime';
import { z } from 'zod';
import type { ProviderEntry } from './model-source.ts';

interface RouteDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly health: RouteHealth;
  /** Makes a provider that uses that key alone; undefined for one that needs none or has it elsewhere. */
  open(entry: ProviderEntry, apiKey: string | undefined): ModelProvider;
  /** What is known of a model that is set up. */
  findFacts(ref: string): Promise<ModelFacts | undefined>;
}

/** A key as its owner sees it. */
export interface KeyReport {
  readonly label: string;
  /** The models that it failed for and has not answered for since. */
  readonly failing: readonly RouteReport[];
}

/** From models in the configuration to what is asked: keys in rotation, fallbacks behind the first. */
export interface ModelRoutes {
  /** Throws `model.unknown`. Fallbacks that are not set up are left out. */
  resolve(ref: string, fallbacks: readonly string[]): ResolvedModel;
  isKnown(ref: string): boolean;
  keys(providerId: string): readonly KeyReport[];
}

/** Keys as every kind of provider names them. */
const Settings = z.looseObject({
  apiKey: z.string().optional(),
  apiKeys: z.array(z.string()).optional(),
});

export function createModelRoutes(deps: RouteDeps, entries: readonly ProviderEntry[]): ModelRoutes {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const pools = new Map<string, KeyPool>();
  const plain = new Map<string, ModelProvider>();
  const poolOf = (entry: ProviderEntry): KeyPool => {
    const known = pools.get(entry.id);
    if (known) return known;
    const pool = createKeyPool(toPoolKeys(entry, deps.open), deps);
    pools.set(entry.id, pool);
    return pool;
  };
  const find = (ref: string): { entry: ProviderEntry; model: string } | undefined => {
    const slash = ref.indexOf('/');
    const entry = slash > 0 ? byId.get(ref.slice(0, slash)) : undefined;
    return entry && { entry, model: ref.slice(slash + 1) };
  };
  const toRoute = (ref: string): Route | undefined => {
    const found = find(ref);
    if (!found) return undefined;
    const { entry, model } = found;
    const contextWindow = async (): Promise<number | undefined> =>
      (await deps.findFacts(ref))?.contextWindow;
    return { ref, model, contextWindow, pool: poolOf(entry) };
  };
  /** Where there is nothing to choose nothing stands in between. */
  const plainOf = ({ id }: ProviderEntry, { keys: [only] }: KeyPool): ModelProvider => {
    const known = plain.get(id);
    if (known) return known;
    const provider = createRetrying(only.provider, deps);
    plain.set(id, provider);
    return provider;
  };
  return {
    resolve(ref, fallbacks) {
      const found = find(ref);
      const first = toRoute(ref);
      if (!found || !first) throw unknownModel(ref);
      const { entry, model } = found;
      const others = [...new Set(fallbacks)]
        .filter((one) => one !== ref)
        .flatMap((one) => toRoute(one) ?? []);
      const provider =
        others.length === 0 && first.pool.keys.length === 1
          ? plainOf(entry, first.pool)
          : createRouter([first, ...others], deps);
      return { ref, provider, model };
    },
    isKnown: (ref) => find(ref) !== undefined,
    keys(providerId) {
      const entry = byId.get(providerId);
      if (!entry || keysOf(entry).length === 0) return [];
      return poolOf(entry).keys.map(({ id, label }) => ({
        label,
        failing: deps.health.report(id),
      }));
    },
  };
}

export function unknownModel(ref: string): CuttleError {
  const shown = ref.slice(0, 200);
  return new CuttleError('model.unknown', `No provider is set up for the model "${shown}".`);
}

export function keysOf({ settings }: ProviderEntry): readonly string[] {
  const { apiKey, apiKeys = [] } = Settings.parse(settings);
  return [...new Set(apiKey === undefined ? apiKeys : [apiKey, ...apiKeys])];
}

/** A key of the settings each, under the name by which its health is kept, or the provider without one. */
export function toPoolKeys<Service>(
  entry: ProviderEntry,
  open: (entry: ProviderEntry, apiKey: string | undefined) => Service,
): [PoolKey<Service>, ...PoolKey<Service>[]] {
  const [first, ...others] = keysOf(entry);
  const toKey = (key: string, at: number): PoolKey<Service> => ({
    id: `${entry.id}:${fingerprint(entry.id, key)}`,
    label: `#${at + 1}`,
    provider: open(entry, key),
  });
  if (first === undefined) {
    const { id, loginMark } = entry;
    const own = loginMark === undefined ? id : `${id}:${fingerprint(id, loginMark)}`;
    return [{ id: own, label: '#1', provider: open(entry, undefined) }];
  }
  return [toKey(first, 0), ...others.map((key, at) => toKey(key, at + 1))];
}

/** Tells a key from the one that took its place, also after a restart, without keeping it. */
function fingerprint(providerId: string, key: string): string {
  return createHash('sha256').update(`${providerId} ${key}`).digest('hex').slice(0, 16);
}
