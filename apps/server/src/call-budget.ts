import { costOf, dollarText, mostCostOf, type NewId, type Usage } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { MediaPayer, Store } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { OpenCall } from '@cuttle/media';
import { budgetsFor, type RuntimeSettings } from '@cuttle/runtime';
import type { Models } from './model-source.ts';

interface CallBudgetDeps {
  readonly models: () => Pick<Models, 'findFacts'>;
  readonly store: Pick<Store, 'journal'>;
  readonly settings: () => Pick<RuntimeSettings, 'budgets'>;
  readonly newId: NewId;
}

/** Throws `budget.exceeded` where a budget has no room for the most that a call can cost, and `budget.unpriced`. */
export async function openCall(
  deps: CallBudgetDeps,
  { ref, most }: { readonly ref: string; readonly most: Usage },
  payer: MediaPayer,
): Promise<OpenCall> {
  const { journal } = deps.store;
  const callId = deps.newId();
  const { agentId, personId } = payer;
  const budgets = budgetsFor(deps.settings().budgets, { agentId, principal: { id: personId } });
  if (budgets.length > 0) {
    const prices = (await deps.models().findFacts(ref))?.prices;
    if (!prices)
      throw new CuttleError('budget.unpriced', textFor('budget.unpriced', { model: ref }));
    const amountMicros = mostCostOf(prices, most);
    const limits = budgets.map(({ scope, limitMicros }) => ({ scope, limitMicros }));
    const draft = { callId, agentId, personId, amountMicros, limits };
    const reservation = await journal.reserveUsage(draft);
    if (reservation.kind === 'refused')
      throw new CuttleError(
        'budget.exceeded',
        `The budget ${reservation.scope} has no room for a call of at most ${dollarText(amountMicros)}.`,
      );
  }
  return {
    async toCall({ usage, provider, model }) {
      const prices = (await deps.models().findFacts(`${provider}/${model}`))?.prices;
      const costMicros = prices && costOf(prices, usage);
      return { callId, agentId, personId, provider, model, usage, costMicros };
    },
    release: async () => {
      if (budgets.length > 0) await journal.releaseUsage({ callId });
    },
  };
}
