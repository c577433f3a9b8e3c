import type { BudgetScope } from '@cuttle/core-types/ports';

/** What a UTC day may cost, and what happens to a call without room. */
export interface DayBudget {
  readonly limitMicros: number;
  /** `<provider>/<model>` that is asked instead; absent: the run ends. */
  readonly downgradeTo: string | undefined;
}
export interface BudgetSettings {
  readonly gateway: DayBudget | undefined;
  /** By agent id; `*` is each one that is not named. */
  readonly agents: Readonly<Record<string, DayBudget>>;
  /** By principal id; `*` is each one that is not named. */
  readonly persons: Readonly<Record<string, DayBudget>>;
  /** Tokens that one answer may have while a budget applies. */
  readonly answerTokens: number;
}
export interface Budget extends DayBudget {
  readonly scope: BudgetScope;
}

/** The budgets that a run's calls are paid from, the narrowest first. */
export function budgetsFor(
  { gateway, agents, persons }: BudgetSettings,
  { agentId, principal }: { readonly agentId: string; readonly principal: { readonly id: string } },
): readonly Budget[] {
  const person = ownOrEach(persons, principal.id);
  const agent = ownOrEach(agents, agentId);
  return [
    ...(person ? [{ ...person, scope: `person:${principal.id}` as const }] : []),
    ...(agent ? [{ ...agent, scope: `agent:${agentId}` as const }] : []),
    ...(gateway ? [{ ...gateway, scope: 'gateway' as const }] : []),
  ];
}

function ownOrEach(
  budgets: Readonly<Record<string, DayBudget>>,
  id: string,
): DayBudget | undefined {
  return Object.hasOwn(budgets, id) ? budgets[id] : budgets['*'];
}

/** The budgets for showing: the gateway's, each of these agents', and those of persons who are named. */
export function namedBudgets(settings: BudgetSettings, agentIds: readonly string[]): Budget[] {
  const { gateway, agents, persons } = settings;
  const ofAgents = agentIds.flatMap((id) => {
    const budget = ownOrEach(agents, id);
    return budget ? [{ ...budget, scope: `agent:${id}` as const }] : [];
  });
  const ofPersons = Object.entries(persons)
    .filter(([id]) => id !== '*')
    .map(([id, budget]) => ({ ...budget, scope: `person:${id}` as const }));
  return [
    ...(gateway ? [{ ...gateway, scope: 'gateway' as const }] : []),
    ...ofAgents,
    ...ofPersons,
  ];
}
