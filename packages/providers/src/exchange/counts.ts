/** A count as a service states it: missing, null or odd numbers are none. */
export function toCount(value: number | null | undefined): number {
  const count = Math.trunc(value ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** The counts that are more than none, so that usage says only what was said. */
export function optionalCounts<Key extends string>(
  counts: Readonly<Record<Key, number | null | undefined>>,
): { [key in Key]?: number } {
  const stated: { [key in Key]?: number } = {};
  for (const key in counts) {
    const count = toCount(counts[key]);
    if (count > 0) stated[key] = count;
  }
  return stated;
}
