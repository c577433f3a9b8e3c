import { CuttleError } from '@cuttle/core-types/errors';
import type { Embedder, EmbeddingRequest, Embeddings } from '@cuttle/core-types/ports';
import { readVector, unusable, type VectorFormat } from './read-vector.ts';
import { type BatchLimits, toBatches } from './to-batches.ts';

/** What one request gave, before anything of it is trusted. */
export interface BatchAnswer {
  /** In the order of the texts. */
  readonly vectors: readonly unknown[];
  readonly format: VectorFormat;
  /** Undefined where the service does not say. */
  readonly inputTokens: number | undefined;
}

export interface EmbedderParts {
  readonly id: string;
  /** Throws `provider.invalid` for a model that embeds nothing. */
  limitsFor(model: string): BatchLimits;
  /** One request of at most as many texts as the limits say. */
  ask(batch: EmbeddingRequest, signal: AbortSignal): Promise<BatchAnswer>;
}

/** What every dialect's embedder does around its requests: batches, order, and a look at each number. */
export function createEmbedder({ id, limitsFor, ask }: EmbedderParts): Embedder {
  const embedBatch = async (
    request: EmbeddingRequest,
    signal: AbortSignal,
  ): Promise<Embeddings> => {
    const { vectors, format, inputTokens } = await ask(request, signal);
    const { length } = request.texts;
    if (vectors.length !== length)
      throw unusable(id, `${length} texts were sent and ${vectors.length} vectors came back`);
    return {
      vectors: vectors.map((sent) => readVector(sent, { service: id, format })),
      inputTokens: inputTokens ?? estimateTokens(request.texts),
    };
  };
  return {
    id,
    async embed(request, signal) {
      signal.throwIfAborted();
      requireTexts(id, request.texts);
      const limits = limitsFor(request.model);
      const batches = toBatches(request.texts, limits).map((texts, part) => ({ texts, part }));
      const work = async ({ texts, part }: Batch, over: AbortSignal): Promise<Embeddings> => {
        const known = request.progress?.find(part);
        if (known) return known;
        const answer = await embedBatch({ ...request, texts }, over);
        request.progress?.keep(part, answer);
        return answer;
      };
      const answers = await inOrder(batches, { atOnce: limits.atOnce ?? 1, work }, signal);
      const vectors = answers.flatMap((answer) => answer.vectors);
      requireOneLength(id, vectors, request.dimensions);
      const inputTokens = answers.reduce((sum, answer) => sum + answer.inputTokens, 0);
      return { vectors, inputTokens };
    },
  };
}

interface Batch {
  readonly texts: readonly string[];
  readonly part: number;
}

function requireTexts(service: string, texts: readonly string[]): void {
  const hint = 'Send at least one text, and leave out those that are empty.';
  const at = texts.findIndex((text) => text === '');
  if (texts.length === 0)
    throw new CuttleError('provider.invalid', `${service} was asked to embed nothing.`, { hint });
  if (at >= 0)
    throw new CuttleError('provider.invalid', `${service} cannot embed text ${at}: it is empty.`, {
      hint,
    });
}

function requireOneLength(
  service: string,
  vectors: readonly Float32Array[],
  dimensions: number | undefined,
): void {
  const wanted = dimensions ?? vectors[0]?.length;
  const odd = vectors.find(({ length }) => length !== wanted);
  if (odd) throw unusable(service, `a vector has ${odd.length} numbers in place of ${wanted}`);
}

/** Four characters to a token, as for English: for the services that do not count for us. */
function estimateTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
}

/** Results in the order of the inputs. The first failure ends what is under way. */
async function inOrder<Input, Result>(
  inputs: readonly Input[],
  {
    atOnce,
    work,
  }: {
    readonly atOnce: number;
    readonly work: (input: Input, signal: AbortSignal) => Promise<Result>;
  },
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const failed = new AbortController();
  const over = AbortSignal.any([signal, failed.signal]);
  const results: Result[] = [];
  const queue = inputs.entries();
  const run = async (): Promise<void> => {
    for (const [at, input] of queue) {
      over.throwIfAborted();
      results[at] = await work(input, over);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, inputs.length) }, run));
    return results;
  } catch (error) {
    failed.abort(error);
    signal.throwIfAborted();
    throw error;
  }
}
