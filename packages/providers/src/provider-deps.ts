import { type Fetch } from './exchange/strict-fetch.ts';
import { systemTimer, type Timer } from './exchange/timer.ts';
import { withToken } from './exchange/with-token.ts';
import type { TokenSource } from './login/token-source.ts';

/** What every provider may be given, and finds for itself otherwise. */
export interface ProviderDeps {
  /** Default: the global `fetch`. A gateway passes its guarded one. */
  readonly fetch?: Fetch | undefined;
  /** Default: the real time. */
  readonly clock?: Timer | undefined;
  /** A saved login: its token is sent in place of a key, and renewed in time. */
  readonly tokenSource?: TokenSource | undefined;
}

export function toExchangeDeps(deps: ProviderDeps): {
  readonly fetch: Fetch;
  readonly timer: Timer;
} {
  const fetch: Fetch = deps.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return {
    fetch: deps.tokenSource ? withToken(fetch, deps.tokenSource) : fetch,
    timer: deps.clock ?? systemTimer,
  };
}
