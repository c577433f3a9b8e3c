/** One figure of a benchmark. */
export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What must hold, in words with the figure; undefined where nothing must. */
  readonly limit?: string | undefined;
  readonly ok?: boolean | undefined;
  readonly note?: string | undefined;
}
export interface Bench {
  readonly name: string;
  readonly title: string;
  /** A benchmark without pieces runs whole. */
  run(report: (row: Row) => void, piece: Piece): Promise<void>;
}
/** Which part of a long benchmark to run, as its own options say. */
export type Piece = Readonly<Record<string, string>>;

export function atMost(
  name: string,
  value: number,
  { limit, unit, note }: { limit: number; unit: string; note?: string | undefined },
): Row {
  return { name, value: round(value), unit, limit: `≤ ${limit}`, ok: value <= limit, note };
}

export function atLeast(
  name: string,
  value: number,
  { limit, unit, note }: { limit: number; unit: string; note?: string | undefined },
): Row {
  return { name, value: round(value), unit, limit: `≥ ${limit}`, ok: value >= limit, note };
}

export function figure(
  name: string,
  value: number,
  { unit, note }: { unit: string; note?: string | undefined },
): Row {
  return { name, value: round(value), unit, note };
}

export function printRow({ name, value, unit, limit, ok, note }: Row): string {
  const verdict = limit === undefined ? '' : `  ${ok ? 'holds' : 'MISSED'} ${limit}`;
  return `  ${name.padEnd(44)} ${String(value).padStart(10)} ${unit.padEnd(8)}${verdict}${note === undefined ? '' : `  (${note})`}`;
}

/** The value below which the share `q` of the samples lies. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
