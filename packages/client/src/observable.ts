/** A value that changes, and who wants to know. */
export interface Observable<Value> {
  readonly current: Value;
  /** Calls `listener` after each change, not for the present value. Returns how to stop. */
  subscribe(listener: (value: Value) => void): () => void;
}

export interface Subject<Value> extends Observable<Value> {
  put(value: Value): void;
}

/** `report` gets what a listener throws; the others are called all the same. */
export function createSubject<Value>(
  first: Value,
  report: (error: unknown) => void,
): Subject<Value> {
  const listeners = new Set<(value: Value) => void>();
  let current = first;
  return {
    get current() {
      return current;
    },
    subscribe(listener) {
      const own = (value: Value): void => listener(value);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    put(value) {
      current = value;
      for (const listener of listeners) callSafely(() => listener(value), report);
    },
  };
}

export function callSafely(call: () => void, report: (error: unknown) => void): void {
  try {
    call();
  } catch (error) {
    report(error);
  }
}
