import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import type { ModelProvider } from '@cuttle/core-types/ports';
import { policyFor } from './failure-policy.ts';
import type { PoolChoice, PoolKey } from './key-pool.ts';
import type { RouteAttempt } from './route-health.ts';
import type { Route, RouterDeps } from './route.ts';

/** One call of one model with one key. */
export interface Hop<Service = ModelProvider> {
  readonly route: Route<Service>;
  readonly key: PoolKey<Service>;
  readonly attempt: RouteAttempt;
}

/** Who is asked for one answer, one after the other. */
export interface Itinerary<Service = ModelProvider> {
  /** Waits if it must. Throws what `failure` gives when nobody is left to ask, and the reason of an abort. */
  next(signal: AbortSignal): Promise<Hop<Service>>;
  /** `begun`: the reader has seen text, so that whoever comes next goes on with it. */
  fail(hop: Hop<Service>, error: CuttleError, progress: 'unseen' | 'begun'): Promise<void>;
  failure(): CuttleError;
}

interface Stop<Service = unknown> {
  readonly route: Route<Service>;
  isClosed: boolean;
  hasWaited: boolean;
  /** Its last failure, or why it rests. */
  error: CuttleError | undefined;
}

type Rest = Extract<PoolChoice, { kind: 'rest' }>;

const defaultPatienceMs = 60_000;
const defaultGraceMs = 1000;

export function createItinerary<Service = ModelProvider>(
  routes: readonly Route<Service>[],
  cacheKey: string | undefined,
  deps: RouterDeps,
): Itinerary<Service> {
  const { clock, patienceMs = defaultPatienceMs, graceMs = defaultGraceMs } = deps;
  const stops = routes.map(toStop);
  let order = stops;
  let hopsLeft = mostHops(routes);
  let patienceLeft = patienceMs;
  const choose = ({ route: { model, pool } }: Stop<Service>): PoolChoice<Service> =>
    pool.choose({ model, cacheKey });
  const sleep = async (rest: Rest, mostMs: number, signal: AbortSignal): Promise<void> => {
    patienceLeft -= await waitFor(rest, { clock, mostMs }, signal);
  };
  /**
   * A model that failed once and is ready within the grace is waited for, once in an answer: the next would be another voice
   * without a warm cache.
   */
  const chooseWithGrace = async (
    stop: Stop<Service>,
    signal: AbortSignal,
  ): Promise<PoolChoice<Service>> => {
    const choice = choose(stop);
    if (choice.kind === 'go' || stop.hasWaited || !isNear(choice, clock.now() + graceMs))
      return choice;
    stop.hasWaited = true;
    await sleep(choice, graceMs, signal);
    return choose(stop);
  };
  const itinerary: Itinerary<Service> = {
    async next(signal) {
      while (hopsLeft > 0) {
        let soonest: Rest | undefined;
        for (const stop of order.filter(({ isClosed }) => !isClosed)) {
          const choice = await chooseWithGrace(stop, signal);
          if (choice.kind === 'go') {
            hopsLeft -= 1;
            return { route: stop.route, key: choice.key, attempt: choice.attempt };
          }
          stop.error ??= resting(stop.route, choice, clock.now());
          if (!soonest || choice.untilMs < soonest.untilMs) soonest = choice;
        }
        if (!soonest || soonest.untilMs - clock.now() > patienceLeft || patienceLeft <= 0) break;
        await sleep(soonest, patienceLeft, signal);
      }
      throw itinerary.failure();
    },
    async fail({ route }, error, progress) {
      const failed = stops.find((stop) => stop.route === route);
      if (!failed) return;
      failed.error = error;
      const next = policyFor(error.code)?.nextRoute ?? 'none';
      // A continuation is our request and not the caller's: who refuses it only cannot go on.
      if (next === 'none' && progress === 'unseen') for (const stop of stops) stop.isClosed = true;
      if (next === 'larger') await closeUpTo(stops, route);
      if (next !== 'any') failed.isClosed = true;
      if (progress === 'begun') order = after(stops, failed);
    },
    failure: () => toFailure(stops),
  };
  return itinerary;
}

function toStop<Service>(route: Route<Service>): Stop<Service> {
  return { route, isClosed: false, hasWaited: false, error: undefined };
}

/** Every key once, and a few more for what passes by itself. */
function mostHops(routes: readonly Route<unknown>[]): number {
  const keys = routes.reduce((sum, { pool }) => sum + pool.keys.length, 0);
  return Math.min(16, keys + 3);
}

/** Those whose context window is not known to be larger than that of this one. */
async function closeUpTo(stops: readonly Stop[], route: Route<unknown>): Promise<void> {
  const least = (await windowOf(route)) ?? Number.POSITIVE_INFINITY;
  const windows = await Promise.all(stops.map((stop) => windowOf(stop.route)));
  for (const [at, stop] of stops.entries()) if ((windows[at] ?? 0) <= least) stop.isClosed = true;
}

async function windowOf({ contextWindow }: Route<unknown>): Promise<number | undefined> {
  return typeof contextWindow === 'function' ? contextWindow() : contextWindow;
}

/** The cut one comes last: whatever cut it is most likely still there. */
function after<Service>(stops: readonly Stop<Service>[], cut: Stop<Service>): Stop<Service>[] {
  const at = stops.indexOf(cut) + 1;
  return [...stops.slice(at), ...stops.slice(0, at)];
}

function isNear({ untilMs, failures, probe }: Rest, byMs: number): boolean {
  return failures === 1 && (probe !== undefined || untilMs <= byMs);
}

/**
 * Until the rest is over, or the call that tries the key has shown how it does; not longer than `mostMs`. Gives what that has
 * cost: what was slept for counts in full, whatever the clock says, so that patience comes to an end.
 */
async function waitFor(
  { untilMs, probe }: Rest,
  { clock, mostMs }: { readonly clock: RouterDeps['clock']; readonly mostMs: number },
  signal: AbortSignal,
): Promise<number> {
  const restMs = Math.min(mostMs, Math.max(0, untilMs - clock.now()));
  if (!probe) {
    await clock.sleep(restMs, signal);
    return restMs;
  }
  const startedAt = clock.monotonic();
  const known = new AbortController();
  const slept = clock.sleep(mostMs, AbortSignal.any([signal, known.signal])).then(
    () => mostMs,
    () => {
      signal.throwIfAborted();
      return 0;
    },
  );
  const cost = await Promise.race([probe.then(() => clock.monotonic() - startedAt), slept]);
  known.abort();
  await slept;
  return cost;
}

function resting({ ref }: Route<unknown>, { untilMs, code }: Rest, nowMs: number): CuttleError {
  const until = new Date(untilMs).toISOString();
  return new CuttleError(code, `${ref} failed before and is not asked until ${until}.`, {
    retryAfterMs: Math.max(0, untilMs - nowMs),
  });
}

/** The code is that of the first, which its owner expects to answer; the words are those of all. */
function toFailure(stops: readonly Stop[]): CuttleError {
  const failed = stops.flatMap(({ route, error }) => (error ? [{ route, error }] : []));
  const [first, second] = failed;
  if (!first) throw new TypeError('Nobody was asked.');
  if (!second) return first.error;
  const account = failed.map(({ route, error }) => `${route.ref}: ${error.message}`).join(' ');
  const { code, hint } = first.error;
  const retryAfterMs = soonestOf(failed.map(({ error }) => error));
  return new CuttleError(code satisfies ErrorCode, `No model answered. ${account}`, {
    cause: first.error,
    hint,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function soonestOf(errors: readonly CuttleError[]): number | undefined {
  const waits = errors.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return waits.length === 0 ? undefined : Math.min(...waits);
}
