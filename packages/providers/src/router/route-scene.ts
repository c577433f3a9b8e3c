import { userText } from '@cuttle/core-types';
import type { Clock, ModelEvent, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import { type ModelScript, type ScriptedModel, scriptedModel } from '@cuttle/testkit';
import { createKeyPool, type PoolKey } from './key-pool.ts';
import { createRouter } from './create-router.ts';
import { createRouteHealth, type RouteHealth } from './route-health.ts';
import type { Route } from './route.ts';

export const request: ModelRequest = { model: 'ignored', messages: [userText('Hi')], tools: [] };
export const never: AbortSignal = new AbortController().signal;

export interface RouteScene {
  readonly router: ModelProvider;
  /** By route, then by key. */
  readonly models: readonly (readonly ScriptedModel[])[];
  readonly health: RouteHealth;
}

/** Routes `p0/m0`, `p1/m1`, … in memory: for each the scripts of its keys, and its context window. */
export function createScene(
  scripts: readonly (readonly ModelScript[])[],
  {
    clock = leapingClock(),
    windows = [],
    graceMs,
  }: {
    readonly clock?: Clock;
    readonly windows?: readonly Route['contextWindow'][];
    readonly graceMs?: number;
  } = {},
): RouteScene {
  const health = createRouteHealth({ clock, random: () => 1 });
  const models = scripts.map((keys, at) =>
    keys.map((script) => scriptedModel(script, { id: `p${at}` })),
  );
  const routes = models.map((providers, at): Route => {
    const [first, ...others] = providers.map((provider, key): PoolKey => ({
      id: `k${at}.${key}`,
      label: `#${key + 1}`,
      provider,
    }));
    if (!first) throw new TypeError('A route needs a key.');
    const pool = createKeyPool([first, ...others], { health });
    return { ref: `p${at}/m${at}`, model: `m${at}`, contextWindow: windows[at], pool };
  });
  const [first, ...others] = routes;
  if (!first) throw new TypeError('A scene needs a route.');
  return { router: createRouter([first, ...others], { clock, graceMs }), models, health };
}

/** One provider, and behind it a model that is asked at once when it fails. */
export function createSceneOf(first: ModelProvider, next: ModelScript): ModelProvider {
  const clock = leapingClock();
  const health = createRouteHealth({ clock, random: () => 1 });
  const toRoute = (provider: ModelProvider): Route => {
    const key: PoolKey = { id: provider.id, label: '#1', provider };
    return { ref: provider.id, model: 'gpt-5-mini', pool: createKeyPool([key], { health }) };
  };
  const routes = [toRoute(first), toRoute(scriptedModel(next, { id: 'next' }))] as const;
  return createRouter([...routes], { clock, graceMs: 0 });
}

/** A clock that goes on by as much as is slept, at once. */
function leapingClock(): Clock {
  let elapsed = 0;
  return {
    now: () => Date.UTC(2026, 0, 1) + elapsed,
    monotonic: () => elapsed,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      elapsed += ms;
    },
  };
}

/** Who answered, in order. */
export function originsIn(events: readonly ModelEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'route' ? `${event.origin.provider}/${event.origin.model}` : [],
  );
}
