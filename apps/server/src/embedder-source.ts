import { costOf, dollarText, type ModelPrices, mostCostOf } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Embedder, EmbeddingRequest, Embeddings, Store } from '@cuttle/core-types/ports';
import { createEmbeddingProgress } from '@cuttle/providers';
import { textFor } from '@cuttle/core-types/texts';
import { budgetsFor, type RuntimeSettings } from '@cuttle/runtime';
import type { NewId } from '@cuttle/core-types';
import type { ResolvedEmbedder } from './embedding-routes.ts';
import type { Models } from './model-source.ts';

/** Whom texts are embedded for: theirs are the usage and the budgets. */
export interface Payer {
  readonly agentId: string;
  readonly personId: string;
}

/** Embedders for whoever needs vectors: chosen by the configuration in force, counted and held to budgets. */
export interface EmbedderSource {
  /** Undefined where nothing that is set up is known to embed: then search goes without. Changes with the configuration. */
  find(payer: Payer): ResolvedEmbedder | undefined;
  /** Of a model, or of the chosen one. Throws `model.unknown` or `embeddings.unavailable`. */
  open(ref: string | undefined, payer: Payer): ResolvedEmbedder;
}

interface SourceDeps {
  readonly models: () => Models;
  readonly store: Pick<Store, 'journal'>;
  readonly settings: () => Pick<RuntimeSettings, 'budgets'>;
  readonly newId: NewId;
}

export function createEmbedderSource(deps: SourceDeps): EmbedderSource {
  const counted = (resolved: ResolvedEmbedder, payer: Payer): ResolvedEmbedder => ({
    ...resolved,
    embedder: countUsage(deps, resolved, payer),
  });
  return {
    find(payer) {
      const { embedding, resolveEmbedder } = deps.models();
      return embedding && counted(resolveEmbedder(embedding.ref), payer);
    },
    open(ref, payer) {
      const { embedding, resolveEmbedder } = deps.models();
      const wanted = ref ?? embedding?.ref;
      if (wanted === undefined)
        throw new CuttleError('embeddings.unavailable', 'No provider that embeds texts is set up.');
      return counted(resolveEmbedder(wanted), payer);
    },
  };
}

/** The same embedder with a row of usage for each request that was answered, for which is set aside before what it can cost at most. */
function countUsage(
  deps: SourceDeps,
  { ref, model, embedder }: ResolvedEmbedder,
  payer: Payer,
): Embedder {
  const { journal } = deps.store;
  return {
    id: embedder.id,
    async embed(request, signal) {
      const prices = (await deps.models().findFacts(ref))?.prices;
      const callId = deps.newId();
      const isReserved = await reserve(deps, { ref, prices, callId, payer, request });
      const progress = createEmbeddingProgress();
      const count = (inputTokens: number, isCut: boolean): Promise<void> => {
        const usage = { inputTokens, outputTokens: 0 };
        const costMicros = prices && costOf(prices, usage);
        const { id: provider } = embedder;
        return journal.addUsage({ callId, ...payer, provider, model, usage, costMicros, isCut });
      };
      let answer: Embeddings;
      try {
        answer = await embedder.embed({ ...request, model, progress }, signal);
      } catch (error) {
        // The parts that were answered are billed.
        if (progress.inputTokens > 0) await count(progress.inputTokens, true);
        else if (isReserved) await journal.releaseUsage({ callId });
        throw error;
      }
      await count(answer.inputTokens, false);
      return answer;
    },
  };
}

/** Whether a budget applies. Throws `budget.exceeded` where one has no room for the most that the request can cost, and `budget.unpriced`. */
async function reserve(
  deps: SourceDeps,
  { ref, prices, callId, payer, request }: Asked,
): Promise<boolean> {
  const { agentId, personId } = payer;
  const budgets = budgetsFor(deps.settings().budgets, { agentId, principal: { id: personId } });
  if (budgets.length === 0) return false;
  if (!prices) throw new CuttleError('budget.unpriced', textFor('budget.unpriced', { model: ref }));
  const inputTokens = mostTokens(request);
  const amountMicros = mostCostOf(prices, { inputTokens, outputTokens: 0 });
  const limits = budgets.map(({ scope, limitMicros }) => ({ scope, limitMicros }));
  const draft = { callId, agentId, personId, amountMicros, limits };
  const reservation = await deps.store.journal.reserveUsage(draft);
  if (reservation.kind === 'reserved') return true;
  throw new CuttleError(
    'budget.exceeded',
    `The budget ${reservation.scope} has no room for embeddings of at most ${dollarText(amountMicros)}.`,
  );
}

interface Asked {
  readonly ref: string;
  readonly prices: ModelPrices | undefined;
  readonly callId: string;
  readonly payer: Payer;
  readonly request: EmbeddingRequest;
}

/** No tokenizer makes more tokens than bytes. */
function mostTokens({ texts }: EmbeddingRequest): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
