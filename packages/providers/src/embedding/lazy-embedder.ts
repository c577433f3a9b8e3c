import type { Embedder } from '@cuttle/core-types/ports';

/** An embedder whose code is loaded with its first request. */
export function createLazyEmbedder({
  id,
  load,
}: {
  readonly id: string;
  load(): Promise<Embedder>;
}): Embedder {
  let loaded: Promise<Embedder> | undefined;
  const forget = (error: unknown): never => {
    loaded = undefined;
    throw error;
  };
  return {
    id,
    async embed(request, signal) {
      signal.throwIfAborted();
      const embedder = await (loaded ??= load().catch(forget));
      signal.throwIfAborted();
      return embedder.embed(request, signal);
    },
  };
}
