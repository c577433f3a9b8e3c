import type { Embedder } from '@cuttle/core-types/ports';
import { createOpener } from '../exchange/opener.ts';

/** An embedder whose code is loaded with its first request. */
export function createLazyEmbedder({
  id,
  load,
}: {
  readonly id: string;
  load(): Promise<Embedder>;
}): Embedder {
  const open = createOpener(load);
  return {
    id,
    async embed(request, signal) {
      signal.throwIfAborted();
      const embedder = await open();
      signal.throwIfAborted();
      return embedder.embed(request, signal);
    },
  };
}
