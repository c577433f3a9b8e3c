import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, Embedder } from '@cuttle/core-types/ports';
import {
  createEmbeddingRouter,
  createKeyPool,
  createRetryingEmbedder,
  type EmbeddingDefinition,
  type RouteHealth,
} from '@cuttle/providers';
import { toPoolKeys, unknownModel } from './model-routes.ts';
import type { ProviderEntry } from './model-source.ts';

export interface ResolvedEmbedder {
  /** `<provider>/<model>`: vectors under different ones must never be compared. */
  readonly ref: string;
  readonly model: string;
  readonly embedder: Embedder;
}

interface EmbeddingRouteDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly health: RouteHealth;
  /** Undefined for a kind that embeds nothing. */
  definition(entry: ProviderEntry): EmbeddingDefinition | undefined;
  /** Makes an embedder that uses that key alone. */
  open(definition: EmbeddingDefinition, entry: ProviderEntry, apiKey: string | undefined): Embedder;
}

/**
 * From `<provider>/<model>` to an embedder: keys in rotation with the health that chat has, or retries where there is one key.
 * Each is made when first asked for. Throws `model.unknown`, or `embeddings.unavailable` for a provider that embeds nothing.
 */
export function createEmbeddingRoutes(
  deps: EmbeddingRouteDeps,
  entries: readonly ProviderEntry[],
): (ref: string) => ResolvedEmbedder {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const made = new Map<string, (route: { ref: string; model: string }) => Embedder>();
  const make = (entry: ProviderEntry): ((route: { ref: string; model: string }) => Embedder) => {
    const definition = deps.definition(entry);
    if (!definition) throw embedsNothing(entry);
    const open = (one: ProviderEntry, apiKey: string | undefined): Embedder =>
      deps.open(definition, one, apiKey);
    const pool = createKeyPool(toPoolKeys(entry, open), deps);
    const [only] = pool.keys;
    const plain = createRetryingEmbedder(only.provider, deps);
    return ({ ref, model }) =>
      pool.keys.length === 1 ? plain : createEmbeddingRouter({ ref, model, pool }, deps);
  };
  return (ref) => {
    const slash = ref.indexOf('/');
    const entry = slash > 0 ? byId.get(ref.slice(0, slash)) : undefined;
    const model = ref.slice(slash + 1);
    if (!entry || model === '') throw unknownModel(ref);
    const open = made.get(entry.id) ?? make(entry);
    made.set(entry.id, open);
    return { ref, model, embedder: open({ ref, model }) };
  };
}

function embedsNothing({ id, kind }: ProviderEntry): CuttleError {
  return new CuttleError(
    'embeddings.unavailable',
    `The provider "${id}" (${kind}) has no embeddings.`,
  );
}
