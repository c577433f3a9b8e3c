/** What the browser offers as `sessionStorage` and `localStorage`. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Small texts by name, for the life of this tab or of this browser. */
export interface KeptText {
  find(name: string): string | undefined;
  /** An empty text forgets the name. */
  put(name: string, text: string): void;
}

/** Kept in memory as well: a browser may refuse its storage, or it may be full. Nothing secret goes here. */
export function createKeptText(storage: TextStorage | undefined, prefix: string): KeptText {
  const memory = new Map<string, string>();
  return {
    find(name) {
      return memory.get(name) ?? quietly(() => storage?.getItem(prefix + name) ?? undefined);
    },
    put(name, text) {
      memory.set(name, text);
      quietly(() => {
        if (text === '') storage?.removeItem(prefix + name);
        else storage?.setItem(prefix + name, text);
      });
    },
  };
}

/** Storage throws a DOMException where it is full or forbidden; what it holds is a convenience. */
function quietly<Value>(use: () => Value): Value | undefined {
  try {
    return use();
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
