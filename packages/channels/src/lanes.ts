/** Work of one key goes one after the other, of different keys side by side. */
export interface Lanes {
  /** Resolves with the work; later work of the key waits for it, however it ends. */
  add(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when nothing is left, whatever became of it. */
  idle(): Promise<void>;
}

export function createLanes(): Lanes {
  const tails = new Map<string, Promise<void>>();
  return {
    add(key, work) {
      const own = (tails.get(key) ?? Promise.resolve()).then(work);
      const tail = settled(own);
      tails.set(key, tail);
      const leave = async (): Promise<void> => {
        await tail;
        if (tails.get(key) === tail) tails.delete(key);
      };
      void leave();
      return own;
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}

/** However it ends: whoever gave the work hears of that. */
async function settled(work: Promise<void>): Promise<void> {
  await Promise.allSettled([work]);
}
