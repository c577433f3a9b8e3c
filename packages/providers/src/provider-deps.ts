import { type Fetch } from './exchange/strict-fetch.ts';
import { systemTimer, type Timer } from './exchange/timer.ts';

/** What every provider may be given, and finds for itself otherwise. */
export interface ProviderDeps {
  /** Default: the global `fetch`. A gateway passes its guarded one. */
  readonly fetch?: Fetch | undefined;
  /** Default: the real time. */
  readonly clock?: Timer | undefined;
}

export function toExchangeDeps(deps: ProviderDeps): {
  readonly fetch: Fetch;
  readonly timer: Timer;
} {
  return {
    fetch: deps.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timer: deps.clock ?? systemTimer,
  };
}
