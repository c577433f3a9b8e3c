/**
 * What a text is embedded for. Some models place a question and the passage that answers it closer together when they are told;
 * the others ignore it.
 */
export type EmbeddingPurpose = 'document' | 'query';

export interface EmbeddingRequest {
  /** The provider's own model id, without a provider prefix. */
  readonly model: string;
  /** At least one, none of them empty. More than a service takes at once are sent in several requests. */
  readonly texts: readonly string[];
  readonly purpose?: EmbeddingPurpose | undefined;
  /** Shorter vectors, where the model can cut them. */
  readonly dimensions?: number | undefined;
  /** What earlier tries of this very request have got, so that only the rest is asked for again. Absent: this is the only try. */
  readonly progress?: EmbeddingProgress | undefined;
}

/** The answers that a request in several parts has so far, by the number of the part. It must not outlive the request. */
export interface EmbeddingProgress {
  find(part: number): Embeddings | undefined;
  keep(part: number, answer: Embeddings): void;
  /** Of all parts that were answered, billed whatever becomes of the others. */
  readonly inputTokens: number;
}

export interface Embeddings {
  /** One for each text, in the order of the texts, all of one length. */
  readonly vectors: readonly Float32Array[];
  readonly inputTokens: number;
}

/**
 * One embedding service. Contract: it resolves with a vector for every text, or throws a `CuttleError` whose code starts `provider.`;
 * it rejects with `signal.reason` soon after an abort; vectors of different models or lengths must never be compared.
 */
export interface Embedder {
  readonly id: string;
  embed(request: EmbeddingRequest, signal: AbortSignal): Promise<Embeddings>;
}
