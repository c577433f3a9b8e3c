import type { ResultOf } from '@cuttle/core-types/protocol';

type Total = ResultOf<'usage.cost'>['rows'][number];

export interface DayBar {
  /** UTC, `2026-11-21`. */
  readonly day: string;
  readonly calls: number;
  readonly costMicros: number;
  readonly unpricedCalls: number;
  /** Of the tallest bar, 0 to 1. */
  readonly part: number;
}

const dayMs = 86_400_000;

/** One bar for each day from the first to today, also for days without a call. Its height is the cost; where no cost is known at all, the calls. */
export function toDayBars(since: string, days: number, rows: readonly Total[]): readonly DayBar[] {
  const byDay = new Map(rows.map((row) => [row.key, row]));
  const hasCost = rows.some(({ costMicros }) => costMicros > 0);
  const height = (row: Total | undefined): number => (hasCost ? row?.costMicros : row?.calls) ?? 0;
  const tallest = Math.max(1, ...rows.map(height));
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(Date.parse(since) + at * dayMs).toISOString().slice(0, 10);
    const row = byDay.get(day);
    return {
      day,
      calls: row?.calls ?? 0,
      costMicros: row?.costMicros ?? 0,
      unpricedCalls: row?.unpricedCalls ?? 0,
      part: height(row) / tallest,
    };
  });
}
