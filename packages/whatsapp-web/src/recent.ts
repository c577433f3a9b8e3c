/** What was put last, by its name; the oldest goes where there is no more room. */
export interface Recent<Value> {
  find(name: string): Value | undefined;
  put(name: string, value: Value): void;
}

export function createRecent<Value>(most: number): Recent<Value> {
  const kept = new Map<string, Value>();
  return {
    find: (name) => kept.get(name),
    put(name, value) {
      kept.delete(name);
      kept.set(name, value);
      const [oldest] = kept.keys();
      if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    },
  };
}
