/** What was put last, by its name; the oldest goes where there is no more room. */
export interface Recent<Value> {
  find(name: string): Value | undefined;
  put(name: string, value: Value): void;
  /** The oldest first. */
  list(): readonly Value[];
  clear(): void;
}

export function createRecent<Value>(most: number): Recent<Value> {
  const kept = new Map<string, Value>();
  return {
    find: (name) => kept.get(name),
    list: () => [...kept.values()],
    clear: () => kept.clear(),
    put(name, value) {
      kept.delete(name);
      kept.set(name, value);
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
}
