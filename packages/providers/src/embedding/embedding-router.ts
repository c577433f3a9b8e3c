import { isCuttleError } from '@cuttle/core-types/errors';
import type { Embedder } from '@cuttle/core-types/ports';
import { policyFor } from '../router/failure-policy.ts';
import { createItinerary } from '../router/itinerary.ts';
import { createEmbeddingProgress } from './embedding-progress.ts';
import type { Route, RouterDeps } from '../router/route.ts';

/**
 * The keys of one service behind the port of one, with the rests and the health that chat has. There is one model only: vectors
 * of another could not be compared. Throws in the words of the last failure. What one key answered is not asked of the next.
 */
export function createEmbeddingRouter(route: Route<Embedder>, deps: RouterDeps): Embedder {
  return {
    id: route.pool.keys[0].provider.id,
    async embed(request, signal) {
      signal.throwIfAborted();
      const itinerary = createItinerary([route], undefined, deps);
      const { progress = createEmbeddingProgress() } = request;
      const asked = { ...request, model: route.model, progress };
      for (;;) {
        const hop = await itinerary.next(signal);
        try {
          const answer = await hop.key.provider.embed(asked, signal);
          hop.attempt.succeed();
          return answer;
        } catch (error) {
          signal.throwIfAborted();
          if (!isCuttleError(error) || !policyFor(error.code)) throw error;
          hop.attempt.fail(error);
          await itinerary.fail(hop, error, 'unseen');
        } finally {
          hop.attempt.leave();
        }
      }
    },
  };
}
