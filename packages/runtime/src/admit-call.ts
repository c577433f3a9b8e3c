import type { AdmittedCall, AgentDeps, ModelCall } from '@cuttle/agent';
import { dollarText, mostCostOf, type ModelPrices } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type {
  BudgetScope,
  ModelFacts,
  ModelRequest,
  Reservation,
  ThinkingLevel,
} from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { type Budget, budgetsFor } from './budgets.ts';
import { mostInputTokens } from './input-bound.ts';
import type { RunState } from './run-state.ts';
import type { ResolvedModel } from './settings.ts';

/**
 * Sets aside what a call may cost at most before it is made; `undefined` where no budget applies, so that nothing is asked.
 * Throws `budget.exceeded` or `budget.unpriced`.
 */
export function createAdmission(
  state: RunState,
  wanted: Wanted = { ref: state.context.model.ref, fallbacks: state.context.agent.fallbacks },
): AgentDeps['admitCall'] {
  const { kernel, claimed } = state;
  const settings = kernel.settings().budgets;
  const budgets = budgetsFor(settings, claimed);
  if (budgets.length === 0) return undefined;
  const { answerTokens } = settings;
  return (call) => admit({ state, budgets, answerTokens, wanted }, call);
}

/** Which models may be asked. */
interface Wanted {
  readonly ref: string;
  readonly fallbacks: readonly string[];
}

interface Admission {
  readonly state: RunState;
  readonly budgets: readonly Budget[];
  readonly answerTokens: number;
  readonly wanted: Wanted;
}

async function admit(admission: Admission, call: ModelCall): Promise<AdmittedCall> {
  const { state, budgets, wanted } = admission;
  const first = await reserve(admission, call, wanted);
  if (first.kind === 'reserved') return first.call;
  const cheaper = budgets.find(({ scope }) => scope === first.scope)?.downgradeTo;
  if (cheaper === undefined || cheaper === wanted.ref) throw exceeded(state, first);
  state.kernel.log.info('A budget has no room, so a cheaper model is asked.', {
    runId: state.claimed.runId,
    scope: first.scope,
    model: cheaper,
  });
  const second = await reserve(admission, call, { ref: cheaper, fallbacks: [] });
  if (second.kind === 'reserved') return second.call;
  throw exceeded(state, second);
}

type Attempt = { readonly kind: 'reserved'; readonly call: AdmittedCall } | Refusal;
type Refusal = Extract<Reservation, { kind: 'refused' }> & { readonly amountMicros: number };

async function reserve(
  { state, budgets, answerTokens }: Admission,
  { step, request }: ModelCall,
  wanted: Wanted,
): Promise<Attempt> {
  const { kernel, claimed } = state;
  const { model, priced } = await choosePriced(state, wanted);
  const outputTokens = mostOutputTokens(request, priced, answerTokens);
  const parameters = { ...request.parameters, maxOutputTokens: outputTokens.asked };
  const capped: ModelRequest = { ...request, model: model.model, parameters };
  const amountMicros = mostCostOfAny(capped, priced, outputTokens.most);
  const reservation = await kernel.store.journal.reserveBudget({
    runId: claimed.runId,
    fence: claimed.fence,
    step,
    agentId: claimed.agentId,
    personId: claimed.principal.id,
    amountMicros,
    limits: budgets.map(({ scope, limitMicros }) => ({ scope, limitMicros })),
  });
  if (reservation.kind === 'refused') return { ...reservation, amountMicros };
  state.reservedStep = step;
  return { kind: 'reserved', call: { provider: model.provider, request: capped } };
}

type Priced = ModelFacts & { readonly prices: ModelPrices };

/** The model with those of its fallbacks whose price is known: what may be asked must be paid. */
async function choosePriced(
  { kernel }: RunState,
  { ref, fallbacks }: Wanted,
): Promise<{ readonly model: ResolvedModel; readonly priced: readonly [Priced, ...Priced[]] }> {
  const models = kernel.models();
  const first = await models.findFacts(ref);
  if (!isPriced(first)) {
    models.resolve(ref);
    throw new CuttleError('budget.unpriced', textFor('budget.unpriced', { model: ref }));
  }
  const others: Priced[] = [];
  const usable: string[] = [];
  for (const fallback of fallbacks) {
    const facts = await models.findFacts(fallback);
    if (!isPriced(facts)) continue;
    others.push(facts);
    usable.push(fallback);
  }
  return { model: models.resolve(ref, usable), priced: [first, ...others] };
}

function isPriced(facts: ModelFacts | undefined): facts is Priced {
  return facts?.prices !== undefined;
}

/** What a dialect adds to the limit of an answer, so that there is room to think and to speak. */
const thinkingRoom: Readonly<Record<ThinkingLevel, number>> = {
  off: 0,
  minimal: 8_192,
  low: 8_192,
  medium: 16_384,
  high: 24_576,
  max: 53_248,
};

function mostOutputTokens(
  { parameters, thinking = 'off' }: ModelRequest,
  priced: readonly Priced[],
  answerTokens: number,
): { readonly asked: number; readonly most: number } {
  const known = priced.flatMap(({ maxOutputTokens }) => maxOutputTokens ?? []);
  const asked = Math.min(parameters?.maxOutputTokens ?? answerTokens, answerTokens, ...known);
  return { asked, most: Math.max(asked, thinkingRoom[thinking]) };
}

/** No model that we know of takes more. */
const mostWindow = 2_000_000;

/** The dearest of those who may answer. One who goes on where another was cut is also given what that one said. */
function mostCostOfAny(
  request: ModelRequest,
  priced: readonly Priced[],
  outputTokens: number,
): number {
  const input = mostInputTokens(request) + (priced.length > 1 ? outputTokens * 4 : 0);
  const costs = priced.map(({ prices, contextWindow = mostWindow }) =>
    mostCostOf(prices, { inputTokens: Math.min(input, contextWindow), outputTokens }),
  );
  return Math.max(...costs);
}

/** The numbers are the owner's to know. */
function exceeded({ kernel, claimed }: RunState, refusal: Refusal): CuttleError {
  const { scope, limitMicros, spentMicros, reservedMicros, amountMicros } = refusal;
  const numbers = { scope, limitMicros, spentMicros, reservedMicros, amountMicros };
  kernel.log.warn('A budget has no room for a model call.', { runId: claimed.runId, ...numbers });
  const words = textFor('budget.exceeded', { whose: whoseBudget(scope) });
  if (claimed.principal.kind !== 'owner') return new CuttleError('budget.exceeded', words);
  const text = textFor('budget.numbers', {
    amount: dollarText(amountMicros),
    spent: dollarText(spentMicros),
    limit: dollarText(limitMicros),
    reserved: dollarText(reservedMicros),
  });
  return new CuttleError('budget.exceeded', `${words} ${text}`, { details: numbers });
}

function whoseBudget(scope: BudgetScope): string {
  if (scope === 'gateway') return textFor('budget.of-gateway');
  return scope.startsWith('agent:')
    ? textFor('budget.of-agent', { agent: scope.slice('agent:'.length) })
    : textFor('budget.of-person');
}
