import { isCuttleError } from '@cuttle/core-types/errors';
import type { Clock, Log, VectorText } from '@cuttle/core-types/ports';
import { type Embedding, type MemoryIndex, modelOf } from './memory-index.ts';
import { toVectorText } from './vector-text.ts';

/** The embedding model as an agent's memory uses it: without it, and while it fails, words are all there is. */
export interface Meaning {
  /** `<service>/<model>` that is asked now. */
  modelNow(): string | undefined;
  /** Why none is; undefined while one is. */
  why(): string | undefined;
  /** The vector of a question; undefined where it cannot be had. */
  ask(
    query: string,
    signal: AbortSignal,
  ): Promise<{ readonly model: string; readonly vector: VectorText } | undefined>;
  /** Gives passages the vectors they lack, one such work at a time. What fails is told by `why`. */
  embedMissing(signal: AbortSignal): Promise<void>;
  /** What everything is embedded by, as far as is known. */
  embeddedBy(): string | undefined;
  /** Lets a service that failed be asked at once. */
  retry(): void;
}

/** A question that takes longer to embed is answered by words. */
const questionMs = 5_000;
/** A service that failed is asked again no sooner. */
const restMs = 60_000;

export const noModel =
  'No embedding model is set up (`embeddings.model`), so only words are looked for, not their meaning.';

export function createMeaning({
  agentId,
  index,
  embedding,
  clock,
  log,
}: {
  readonly agentId: string;
  readonly index: Pick<MemoryIndex, 'embed'>;
  readonly embedding: () => Embedding | undefined;
  readonly clock: Clock;
  readonly log: Log;
}): Meaning {
  let failure: { readonly reason: string; readonly until: number } | undefined;
  let running: Promise<void> | undefined;
  let embeddedBy: string | undefined;
  const usable = (): Embedding | undefined =>
    failure && clock.monotonic() < failure.until ? undefined : embedding();
  const fail = (message: string): void => {
    const reason = `The embedding model cannot be asked: ${message}`;
    failure = { reason, until: clock.monotonic() + restMs };
    log.warn('The memory is searched by words alone.', { agentId, reason });
  };
  const embedAll = async (service: Embedding, signal: AbortSignal): Promise<void> => {
    try {
      await index.embed(service, signal);
      embeddedBy = modelOf(service);
    } catch (error) {
      signal.throwIfAborted();
      if (!isCuttleError(error)) throw error;
      fail(error.message);
    } finally {
      running = undefined;
    }
  };
  return {
    modelNow() {
      const service = usable();
      return service && modelOf(service);
    },
    why: () => (usable() ? undefined : embedding() ? failure?.reason : noModel),
    embeddedBy: () => embeddedBy,
    retry() {
      failure = undefined;
    },
    async embedMissing(signal) {
      const service = usable();
      if (service) await (running ??= embedAll(service, signal));
    },
    async ask(query, signal) {
      const service = usable();
      return service && askService({ service, query, fail }, signal);
    },
  };
}

async function askService(
  {
    service,
    query,
    fail,
  }: { readonly service: Embedding; readonly query: string; fail(message: string): void },
  signal: AbortSignal,
): ReturnType<Meaning['ask']> {
  const { embedder, model } = service;
  const late = AbortSignal.any([signal, AbortSignal.timeout(questionMs)]);
  try {
    const { vectors } = await embedder.embed({ model, texts: [query], purpose: 'query' }, late);
    const [vector] = vectors;
    return vector && { model: modelOf(service), vector: toVectorText(vector) };
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) fail('it takes too long.');
    else if (isCuttleError(error)) fail(error.message);
    else throw error;
    return undefined;
  }
}
