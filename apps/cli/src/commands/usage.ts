import { dollarText } from '@cuttle/core-types';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { type Cli, does } from '../command.ts';
import { toCount } from '../count.ts';
import { toTable } from '../output.ts';
import type { Paint } from '../paint.ts';

type Cost = ResultOf<'usage.cost'>;
type Budgets = ResultOf<'usage.status'>['budgets'];

const groupings = ['day', 'agent', 'model', 'session', 'person'] as const;

interface Options {
  readonly by: (typeof groupings)[number];
  readonly days: number;
}

export function addUsage(cli: Cli): void {
  const command = cli.program
    .command('usage')
    .description('Show tokens and cost, and what is left of each budget today.');
  const by = command.createOption('--by <what>', 'sum by').choices(groupings).default('model');
  command.addOption(by).option('-d, --days <count>', 'how many days, today is one', toCount, 30);
  does<Options>(cli, command, async ({ connect, output, signal }, { options }) => {
    const client = await connect();
    const { days } = options;
    const [cost, { budgets }] = await Promise.all([
      client.call('usage.cost', { by: options.by, days }, signal),
      client.call('usage.status', { days: 1 }, signal),
    ]);
    output.result({ ...cost, budgets }, () => describe(cost, budgets, output.paint));
  });
}

function describe(cost: Cost, budgets: Budgets, paint: Paint): readonly string[] {
  const { by, since, rows, calls } = cost;
  const words = budgets.map((budget) => describeBudget(budget, paint));
  if (calls === 0) return [`No model was asked since ${since} (UTC).`, ...words];
  return [
    ...toTable(
      [heads[by] ?? by, 'Calls', 'Input', 'from cache', 'Output', 'Cost'],
      rows.map((row) => [
        row.key === '' ? '(nobody told apart)' : row.key,
        String(row.calls),
        String(row.usage.inputTokens),
        String(row.usage.cacheReadTokens ?? 0),
        String(row.usage.outputTokens),
        toCost(row),
      ]),
      paint,
    ),
    `${calls} calls since ${since} (UTC): ${toCost(cost)}`,
    ...describeCuts(cost),
    ...words,
  ];
}

/** What was billed without an answer, and how sure that is. */
function describeCuts({ cutCalls, estimatedCalls }: Cost): readonly string[] {
  if (cutCalls === 0) return [];
  const estimated = estimatedCalls === 0 ? '' : `, ${estimatedCalls} of them by estimate`;
  return [`${cutCalls} of them were cut or given up before their answer was whole${estimated}`];
}

const heads: Readonly<Record<string, string>> = {
  day: 'Day',
  agent: 'Agent',
  model: 'Model',
  session: 'Session',
  person: 'Person',
};

function toCost({
  calls,
  costMicros,
  unpricedCalls,
}: Pick<Cost, 'calls' | 'costMicros' | 'unpricedCalls'>): string {
  if (unpricedCalls === 0) return dollarText(costMicros);
  if (unpricedCalls === calls) return 'price unknown';
  return `${dollarText(costMicros)} and ${unpricedCalls} calls of unknown price`;
}

function describeBudget(
  { scope, limitMicros, spentMicros, reservedMicros, downgradeTo }: Budgets[number],
  paint: Paint,
): string {
  const left = limitMicros - spentMicros - reservedMicros;
  const beyond = downgradeTo === undefined ? 'then runs end' : `then ${downgradeTo}`;
  const words = `budget    ${scope}: ${dollarText(spentMicros)} of ${dollarText(limitMicros)} spent today, ${dollarText(reservedMicros)} set aside, ${beyond}`;
  return left <= 0 ? paint('red', words) : words;
}
