import { dollarText } from '@cuttle/core-types';

/** What calls cost; a price that is not known is said, and is not nothing. */
export function costText({
  calls,
  costMicros,
  unpricedCalls,
}: {
  readonly calls: number;
  readonly costMicros: number;
  readonly unpricedCalls: number;
}): string {
  if (unpricedCalls === 0) return dollarText(costMicros);
  if (unpricedCalls === calls) return 'price unknown';
  const others = unpricedCalls === 1 ? '1 call' : `${unpricedCalls} calls`;
  return `${dollarText(costMicros)} and ${others} of unknown price`;
}
