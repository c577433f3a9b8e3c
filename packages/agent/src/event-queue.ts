/**
 * Joins what several producers say into one stream, in order of arrival. Read once. Bounded by its producers: each waits for
 * `pushTaken`, or has at most one item waiting that it made by `push` with a function.
 */
export interface EventQueue<Item> extends AsyncIterable<Item> {
  /** A function is called when its turn comes, so that a producer can bring an item up to date until it is read. */
  push(item: () => Item): void;
  /** Resolves once the reader took the item and came back for the next; rejects with `signal.reason`. A reader who leaves never comes back. */
  pushTaken(item: () => Item, signal: AbortSignal): Promise<void>;
  /** Ends the stream once everything pushed was taken; `failure` ends it by throwing. */
  close(failure?: { readonly error: unknown }): void;
}

interface Entry<Item> {
  readonly item: () => Item;
  readonly taken: () => void;
}

export function createEventQueue<Item>(): EventQueue<Item> {
  const entries: Entry<Item>[] = [];
  let wake = (): void => {};
  let end: { readonly failure: { readonly error: unknown } | undefined } | undefined;
  const add = (entry: Entry<Item>): void => {
    entries.push(entry);
    wake();
  };
  return {
    push: (item) => add({ item, taken: () => {} }),
    pushTaken: (item, signal) =>
      new Promise((resolve, reject) => {
        const leave = (): void => reject(signal.reason);
        if (signal.aborted) return leave();
        signal.addEventListener('abort', leave, { once: true });
        const taken = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        add({ item, taken });
      }),
    close(failure) {
      end ??= { failure };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const entry = entries.shift();
        if (entry) {
          yield entry.item();
          entry.taken();
        } else if (end?.failure) throw end.failure.error;
        else if (end) return;
        else {
          const { promise, resolve } = Promise.withResolvers<void>();
          wake = resolve;
          await promise;
        }
      }
    },
  };
}
