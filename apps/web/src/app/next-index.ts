/** Where a key moves to in a list of `count` items, around its ends; undefined for keys that do not move. `now` is -1 where none is chosen. */
export function nextIndex(
  key: string,
  { now, count }: { readonly now: number; readonly count: number },
): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case 'ArrowDown':
      return (now + 1) % count;
    case 'ArrowUp':
      return now < 0 ? count - 1 : (now + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
