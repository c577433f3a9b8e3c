import type { Embedder } from '@cuttle/core-types/ports';
import { createEmbeddingProgress } from './embedding-progress.ts';
import { createPatience, type RetryDeps } from '../retrying.ts';

/** The same embedder, which asks again after a failure that may pass, as `createRetrying` does. What was answered is not asked for again. */
export function createRetryingEmbedder(embedder: Embedder, deps: RetryDeps): Embedder {
  const waitOrThrow = createPatience(deps);
  return {
    id: embedder.id,
    async embed(request, signal) {
      const { progress = createEmbeddingProgress() } = request;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await embedder.embed({ ...request, progress }, signal);
        } catch (error) {
          await waitOrThrow(error, attempt, signal);
        }
      }
    },
  };
}
