import { type CallTally, createCallTally, type Origin } from '@cuttle/core-types';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent, ModelInfo, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import { continueRequest } from './continuation.ts';
import { policyFor } from './failure-policy.ts';
import { createItinerary, type Hop } from './itinerary.ts';
import type { KeyPool } from './key-pool.ts';
import { createRelay, type Relay } from './relay.ts';
import type { Route, RouterDeps } from './route.ts';

/**
 * Several models behind the port of one, in the order in which they are asked. A failure that another key or model may not meet
 * (`failure-policy.ts`) goes on to that: without a trace before the first text, and later by asking another model to go on, of
 * whose words those that were shown are left out (`createRelay`). A `route` event says who answers, before the first event of
 * each. What a call that was given up had used is told by `call.cut`. Where nobody answers, or one begins the answer anew, it throws a `provider.*` error in the words of all.
 */
export function createRouter(
  routes: readonly [Route, ...Route[]],
  deps: RouterDeps,
): ModelProvider {
  const [first] = routes;
  const { id, dialect } = first.pool.keys[0].provider;
  return {
    id,
    dialect,
    async *stream(request, signal) {
      signal.throwIfAborted();
      const itinerary = createItinerary(routes, request.cacheKey, deps);
      const relay = createRelay();
      for (let isOver = false; !isOver;) {
        const hop = await itinerary.next(signal);
        const tally = createCallTally();
        const origin = originOf(hop);
        try {
          yield { type: 'call.start', origin };
          const pass = createPass({ hop, relay, tally });
          for await (const event of ask(hop, { relay, request }, signal)) {
            for (const passed of pass(event)) {
              signal.throwIfAborted();
              yield passed;
            }
            if (relay.isAnew) break;
          }
          isOver = true;
        } catch (error) {
          signal.throwIfAborted();
          if (tally.isHeard) yield { type: 'call.cut', ...tally.toCut(origin) };
          if (!isCuttleError(error) || !policyFor(error.code)) throw error;
          hop.attempt.fail(error);
          await itinerary.fail(hop, error, relay.shown === '' ? 'unseen' : 'begun');
        } finally {
          hop.attempt.leave();
        }
      }
      if (relay.isAnew) throw itinerary.failure();
    },
    models: (signal) => listModels(first.pool, signal),
  };
}

/** Asks for the answer, or to go on with what was shown of it. */
function ask(
  { route: { model }, key: { provider } }: Hop,
  { relay, request }: { readonly relay: Relay; readonly request: ModelRequest },
  signal: AbortSignal,
): AsyncIterable<ModelEvent> {
  // Blank text is no answer that could be continued.
  const asked = relay.shown.trim() === '' ? request : continueRequest(request, relay.shown);
  relay.begin();
  return provider.stream({ ...asked, model }, signal);
}

/**
 * One call's events as the reader may see them, and what the health of its key takes from each. No generator: every word passes
 * through here.
 */
function createPass({
  hop,
  relay,
  tally,
}: {
  readonly hop: Hop;
  readonly relay: Relay;
  readonly tally: CallTally;
}): (event: ModelEvent) => readonly ModelEvent[] {
  let isHeard = false;
  return (event) => {
    tally.hear(event);
    if (event.type === 'usage' || event.type === 'call.start' || event.type === 'call.cut')
      return [event];
    if (event.type === 'finish') hop.attempt.succeed();
    const passed = relay.pass(event);
    const shown: readonly ModelEvent[] = relay.isAnew
      ? [{ type: 'call.cut', ...tally.toCut(originOf(hop)) }]
      : passed;
    if (isHeard) return shown;
    isHeard = true;
    hop.attempt.hear();
    return [{ type: 'route', origin: originOf(hop) }, ...shown];
  };
}

function originOf({ route: { model }, key: { provider } }: Hop): Origin {
  return { dialect: provider.dialect, provider: provider.id, model };
}

/** All keys of a service offer the same; the first that is taken tells. */
async function listModels(
  { keys: [key, ...others] }: KeyPool,
  signal: AbortSignal,
): Promise<readonly ModelInfo[]> {
  let failure: unknown;
  for (const { provider } of [key, ...others]) {
    try {
      return await provider.models(signal);
    } catch (error) {
      signal.throwIfAborted();
      failure ??= error;
    }
  }
  throw failure;
}
