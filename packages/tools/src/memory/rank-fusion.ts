/** Rank a hit has at most to weigh much; from the paper that named the method (Cormack, Clarke, Büttcher 2009). */
const smoothing = 60;

/**
 * Several orders of the same things as one: reciprocal rank fusion. It needs no scores that could be compared, only places.
 */
export function fuseRanks<Item>(
  lists: readonly (readonly Item[])[],
  keyOf: (item: Item) => number,
): readonly { readonly item: Item; readonly score: number }[] {
  const scores = new Map<number, { item: Item; score: number }>();
  for (const list of lists)
    for (const [place, item] of list.entries()) {
      const known = scores.get(keyOf(item));
      const score = 1 / (smoothing + place + 1);
      if (known) known.score += score;
      else scores.set(keyOf(item), { item, score });
    }
  return [...scores.values()].toSorted((one, other) => other.score - one.score);
}
