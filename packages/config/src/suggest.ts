/** The candidate that was most likely meant; undefined where none is near. Case, `-` and `_` do not count. */
export function suggest(given: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(given);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate));
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  const nearEnough = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  return best && best.distance <= nearEnough ? best.candidate : undefined;
}

export function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/**
 * Insertions, deletions, changes and swaps of neighbours from one text to the other (optimal string alignment).
 * Names longer than 64 characters are compared by their beginnings.
 */
export function editDistance(left: string, right: string): number {
  const a = left.slice(0, 64);
  const b = right.slice(0, 64);
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const isSwap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change, swap));
    }
  }
  return at(a.length, b.length);
}
