export interface DayGroup<Item> {
  readonly label: string;
  readonly items: readonly Item[];
}

/** Groups what is sorted newest first by how long ago its day was, in the reader's own time zone. */
export function groupByDay<Item extends { readonly updatedAt: string }>(
  items: readonly Item[],
  now: Date,
): readonly DayGroup<Item>[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const label = labelOf(daysBetween(new Date(item.updatedAt), now));
    groups.set(label, [...(groups.get(label) ?? []), item]);
  }
  return [...groups].map(([label, grouped]) => ({ label, items: grouped }));
}

function labelOf(days: number): string {
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days <= 7) return 'This week';
  return days <= 31 ? 'This month' : 'Earlier';
}

/** Calendar days; a day with a change of the clock counts as one. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date): number =>
    Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}
