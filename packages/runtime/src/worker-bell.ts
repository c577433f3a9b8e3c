/** Wakes whoever waits for a task of a worker's name. The rows are the truth; the bell only says when to look. */
export interface WorkerBell {
  ring(worker: string): void;
  /** Aborted by the next ring for this name. Call it before you look, and `leave` when you have. */
  listen(worker: string): { readonly signal: AbortSignal; leave(): void };
  /** How many listen. */
  size(): number;
}

export function createWorkerBell(): WorkerBell {
  const waiting = new Map<string, Set<AbortController>>();
  let listeners = 0;
  return {
    ring(worker) {
      for (const one of waiting.get(worker) ?? []) one.abort();
    },
    listen(worker) {
      const own = new AbortController();
      const others = waiting.get(worker) ?? new Set();
      waiting.set(worker, others.add(own));
      listeners += 1;
      return {
        signal: own.signal,
        leave() {
          if (!others.delete(own)) return;
          listeners -= 1;
          if (others.size === 0 && waiting.get(worker) === others) waiting.delete(worker);
        },
      };
    },
    size: () => listeners,
  };
}
