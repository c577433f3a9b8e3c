import type { Clock } from '@cuttle/core-types/ports';

/** A platform's list is asked for again after that; until then it is looked for in what was read. */
const keptMs = 60_000;
const mostKept = 60;

/** Gives what was read under a key for a while; what failed is not kept. */
export function createKeptLists<List>(
  clock: Pick<Clock, 'monotonic'>,
): (key: string, read: () => Promise<List>) => Promise<List> {
  const kept = new Map<string, { readonly list: List; readonly at: number }>();
  return async (key, read) => {
    const known = kept.get(key);
    if (known !== undefined && clock.monotonic() - known.at < keptMs) return known.list;
    const list = await read();
    kept.delete(key);
    kept.set(key, { list, at: clock.monotonic() });
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    return list;
  };
}
