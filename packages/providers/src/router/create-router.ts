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
          yield* passOn({ hop, relay, request, tally }, signal);
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

/** One call's events as the reader may see them; ends early where the answer was begun anew. */
async function* passOn(
  {
    hop,
    relay,
    request,
    tally,
  }: { hop: Hop; relay: Relay; request: ModelRequest; tally: CallTally },
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  const { model } = hop.route;
  const { provider } = hop.key;
  // Blank text is no answer that could be continued.
  const asked = relay.shown.trim() === '' ? request : continueRequest(request, relay.shown);
  relay.begin();
  let isHeard = false;
  for await (const event of provider.stream({ ...asked, model }, signal)) {
    tally.hear(event);
    if (event.type === 'usage' || event.type === 'call.start' || event.type === 'call.cut') {
      yield event;
      continue;
    }
    if (!isHeard) {
      isHeard = true;
      hop.attempt.hear();
      yield { type: 'route', origin: originOf(hop) };
    }
    if (event.type === 'finish') hop.attempt.succeed();
    const passed = relay.pass(event);
    if (relay.isAnew) {
      yield { type: 'call.cut', ...tally.toCut(originOf(hop)) };
      return;
    }
    for (const each of passed) {
      signal.throwIfAborted();
      yield each;
    }
  }
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
