/** The rows with the highest scores of all that were put. */
export interface Nearest {
  put(row: number, score: number): void;
  /** The highest first; of equal ones the older row. */
  list(): readonly { readonly row: number; readonly score: number }[];
}

interface Scored {
  readonly row: number;
  readonly score: number;
}

/** A heap whose root is the least of those that are kept, so that most of what is put is refused by one comparison. */
export function createNearest(limit: number): Nearest {
  const heap: Scored[] = [];
  let least = -Infinity;
  return {
    put(row, score) {
      if (score <= least || limit === 0 || Number.isNaN(score)) return;
      if (heap.length < limit) {
        heap.push({ row, score });
        rise(heap);
      } else {
        heap[0] = { row, score };
        sink(heap);
      }
      if (heap.length === limit) least = heap[0]?.score ?? -Infinity;
    },
    list: () => heap.toSorted((one, other) => other.score - one.score || one.row - other.row),
  };
}

/** Brings what was added last to its place. */
function rise(heap: Scored[]): void {
  let at = heap.length - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (scoreAt(heap, above) <= scoreAt(heap, at)) return;
    swap(heap, at, above);
    at = above;
  }
}

/** Brings what was put at the root to its place. */
function sink(heap: Scored[]): void {
  for (let at = 0; ;) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    let least = at;
    if (scoreAt(heap, left) < scoreAt(heap, least)) least = left;
    if (scoreAt(heap, right) < scoreAt(heap, least)) least = right;
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
}

function scoreAt(heap: readonly Scored[], at: number): number {
  return heap[at]?.score ?? Infinity;
}

function swap(heap: Scored[], one: number, other: number): void {
  const [first, second] = [heap[one], heap[other]];
  if (!first || !second) return;
  heap[one] = second;
  heap[other] = first;
}
