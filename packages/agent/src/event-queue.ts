/** Joins what several producers say into one stream, in order of arrival. Bounded by its producers: each awaits nothing but pushes rarely. */
export interface EventQueue<Item> extends AsyncIterable<Item> {
  push(item: Item): void;
  /** Ends the stream once everything pushed was taken; `error` ends it by throwing. */
  close(error?: unknown): void;
}

export function createEventQueue<Item>(): EventQueue<Item> {
  const items: Item[] = [];
  let wake = (): void => {};
  let end: { error?: unknown } | undefined;
  return {
    push(item) {
      items.push(item);
      wake();
    },
    close(error) {
      end ??= error === undefined ? {} : { error };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) yield item;
        else if (end && 'error' in end) throw end.error;
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
