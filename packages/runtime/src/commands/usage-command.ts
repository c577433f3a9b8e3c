import { addUsage, dollarText, noUsage, type Usage } from '@cuttle/core-types';
import type { UsageRow, UsageTotal } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import { authorise } from '@cuttle/security/policy';
import { budgetsFor } from '../budgets.ts';
import type { Kernel } from '../kernel.ts';
import type { CommandHandler } from './command-handler.ts';
import { countText } from './count-text.ts';

const dayMs = 86_400_000;
const mostDays = 365;
const mostModels = 10;

/** `/usage [days]`: what this session used, by model; the owner is also told of all sessions and of the budgets that hold here. */
export const usageCommand: CommandHandler = async (kernel, row, { args }) => {
  const [wanted = '30', ...more] = args;
  const days = Number(wanted);
  if (more.length > 0 || !/^\d{1,3}$/.test(wanted) || days < 1 || days > mostDays) return undefined;
  const { reader } = kernel.store;
  const since = kernel.clock.now() - (days - 1) * dayMs;
  const own = await reader.usage({ since, sessionId: row.sessionId });
  const lines =
    own.length === 0
      ? [textFor('usage.none', { days })]
      : [textFor('usage.session', { days, sum: sumText(totalOf(own)) }), ...byModel(own)];
  const resource = { kind: 'command', name: 'usage', risk: 'owner' } as const;
  if (authorise(row.principal, 'command.run', resource).kind === 'allow') {
    const all = await reader.usageBy({ since, by: 'day', limit: days });
    lines.push(
      textFor('usage.all', { sum: sumText(totalOf(all)) }),
      ...(await budgetLines(kernel, row)),
    );
  }
  return { reply: lines.join('\n') };
};

type Sum = Pick<UsageTotal, 'calls' | 'usage' | 'costMicros' | 'unpricedCalls'>;

function totalOf(rows: readonly Sum[]): Sum {
  const empty: Sum = { calls: 0, usage: noUsage, costMicros: 0, unpricedCalls: 0 };
  return rows.reduce(
    (sum, { calls, usage, costMicros, unpricedCalls }) => ({
      calls: sum.calls + calls,
      usage: addUsage(sum.usage, usage),
      costMicros: sum.costMicros + costMicros,
      unpricedCalls: sum.unpricedCalls + unpricedCalls,
    }),
    empty,
  );
}

function byModel(rows: readonly UsageRow[]): string[] {
  const models = Map.groupBy(rows, ({ provider, model }) => `${provider}/${model}`);
  if (models.size < 2) return [];
  return [...models]
    .map(([model, all]) => ({ model, total: totalOf(all) }))
    .toSorted((one, other) => other.total.costMicros - one.total.costMicros)
    .slice(0, mostModels)
    .map(({ model, total }) => textFor('usage.model', { model, sum: sumText(total) }));
}

function sumText({ calls, usage, costMicros, unpricedCalls }: Sum): string {
  const { input, cached, output } = tokenText(usage);
  const cost = dollarText(costMicros);
  const sum = textFor('usage.sum', { calls: countText(calls), input, cached, output, cost });
  return unpricedCalls === 0
    ? sum
    : `${sum} ${textFor('usage.unpriced', { count: countText(unpricedCalls) })}`;
}

function tokenText({ inputTokens, outputTokens, cacheReadTokens = 0 }: Usage): {
  input: string;
  cached: string;
  output: string;
} {
  const [input, cached, output] = [inputTokens, cacheReadTokens, outputTokens].map(countText);
  return { input: input ?? '', cached: cached ?? '', output: output ?? '' };
}

async function budgetLines(
  kernel: Kernel,
  row: { readonly agentId: string; readonly principal: { readonly id: string } },
): Promise<string[]> {
  const budgets = budgetsFor(kernel.settings().budgets, row);
  if (budgets.length === 0) return [];
  const scopes = budgets.map(({ scope }) => scope);
  const spending = await kernel.store.reader.readSpending({ scopes });
  return budgets.map(({ scope, limitMicros }, at) =>
    textFor('usage.budget', {
      scope,
      spent: dollarText(spending[at]?.spentMicros ?? 0),
      limit: dollarText(limitMicros),
    }),
  );
}
