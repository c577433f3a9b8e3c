import type { Config } from '@cuttle/config';
import type { Foundation } from './foundation.ts';
import { createGuardedFetch, type GuardedFetch } from '@cuttle/security/fetch';

/** The fetch that agents can steer. The internal places that it may reach are those that the owner names now, without a restart. */
export function createAgentFetch({
  configuration,
  scope,
}: Pick<Foundation, 'configuration' | 'scope'>): typeof fetch {
  // Those of before finish what they fetch, and hold nothing else.
  const opened = new Map<string, GuardedFetch>();
  return (input, init) => {
    const allow = openPlaces(configuration.current().config);
    const key = JSON.stringify(allow);
    const current = opened.get(key) ?? scope.use(createGuardedFetch({ allow }));
    opened.set(key, current);
    return current(input, init);
  };
}

/** The internal places that agents may reach. */
export function openPlaces({ tools }: Config): readonly string[] {
  return tools.fetch.allow;
}
