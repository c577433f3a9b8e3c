import type { EmbeddingProgress, Embeddings } from '@cuttle/core-types/ports';

/** For one request, which may be tried several times. */
export function createEmbeddingProgress(): EmbeddingProgress {
  const parts = new Map<number, Embeddings>();
  let inputTokens = 0;
  return {
    find: (part) => parts.get(part),
    keep(part, answer) {
      parts.set(part, answer);
      inputTokens += answer.inputTokens;
    },
    get inputTokens() {
      return inputTokens;
    },
  };
}
