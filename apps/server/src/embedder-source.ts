import { costOf, dollarText, mostCostOf } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Embedder, EmbeddingRequest, Store } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { type Budget, budgetsFor, type RuntimeSettings } from '@cuttle/runtime';
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
  readonly store: Pick<Store, 'journal' | 'reader'>;
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

/** The same embedder with a row of usage for each request that was answered, refused where a budget has no room for it. */
function countUsage(
  deps: SourceDeps,
  { ref, model, embedder }: ResolvedEmbedder,
  payer: Payer,
): Embedder {
  return {
    id: embedder.id,
    async embed(request, signal) {
      const prices = (await deps.models().findFacts(ref))?.prices;
      const { agentId, personId } = payer;
      const budgets = budgetsFor(deps.settings().budgets, { agentId, principal: { id: personId } });
      if (budgets.length > 0) {
        if (!prices)
          throw new CuttleError('budget.unpriced', textFor('budget.unpriced', { model: ref }));
        const inputTokens = mostTokens(request);
        await requireRoom(deps, budgets, mostCostOf(prices, { inputTokens, outputTokens: 0 }));
      }
      const answer = await embedder.embed({ ...request, model }, signal);
      const usage = { inputTokens: answer.inputTokens, outputTokens: 0 };
      await deps.store.journal.addUsage({
        callId: deps.newId(),
        agentId,
        personId,
        provider: embedder.id,
        model,
        usage,
        costMicros: prices && costOf(prices, usage),
      });
      return answer;
    },
  };
}

/** No tokenizer makes more tokens than bytes. */
function mostTokens({ texts }: EmbeddingRequest): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Throws `budget.exceeded` where what is spent and set aside today leaves too little for the most that a request can cost. */
async function requireRoom(
  { store }: SourceDeps,
  budgets: readonly Budget[],
  amountMicros: number,
): Promise<void> {
  const scopes = budgets.map(({ scope }) => scope);
  const spending = await store.reader.readSpending({ scopes });
  for (const [at, { scope, limitMicros }] of budgets.entries()) {
    const { spentMicros = 0, reservedMicros = 0 } = spending[at] ?? {};
    if (spentMicros + reservedMicros + amountMicros <= limitMicros) continue;
    throw new CuttleError(
      'budget.exceeded',
      `The budget ${scope} has no room for embeddings of at most ${dollarText(amountMicros)}.`,
    );
  }
}
