/**
 * Works on items side by side: they begin in order, at most `width` at once, and of those that are alone only one at a time.
 * Resolves when all are done. Rejects with the first failure at once; nothing more is begun then, and what runs is its owner's to stop.
 */
export async function runTogether<Item>(
  items: readonly Item[],
  { width, isAlone }: { width: number; isAlone: (item: Item) => boolean },
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = new Set(items);
  const running = new Set<Item>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fits = (item: Item): boolean =>
    running.size < Math.max(1, width) && !(isAlone(item) && [...running].some(isAlone));
  const one = async (item: Item): Promise<void> => {
    try {
      await work(item);
      running.delete(item);
      begin();
    } catch (error) {
      waiting.clear();
      reject(error);
    }
  };
  const begin = (): void => {
    for (const item of waiting) {
      if (!fits(item)) continue;
      waiting.delete(item);
      running.add(item);
      void one(item); // never rejects
    }
    if (running.size === 0 && waiting.size === 0) resolve();
  };
  begin();
  return promise;
}
