/** Tells whoever waits that something changed; nobody polls and nobody sleeps. */
export interface Changes {
  notify(): void;
  /** Resolves with the first truthy answer of `predicate`, asked now and after each change; rejects with the signal's reason. */
  waitFor<T>(predicate: () => T | undefined | false | null, signal: AbortSignal): Promise<T>;
}

export function createChanges(): Changes {
  const listeners = new Set<() => void>();
  return {
    notify() {
      for (const listener of listeners) listener();
    },
    waitFor(predicate, signal) {
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          listeners.delete(check);
          signal.removeEventListener('abort', refuse);
        };
        const refuse = (): void => {
          leave();
          reject(toError(signal.reason));
        };
        const check = (): void => {
          try {
            const answer = predicate();
            if (answer === undefined || answer === false || answer === null) return;
            leave();
            resolve(answer);
          } catch (error) {
            leave();
            reject(toError(error));
          }
        };
        if (signal.aborted) return refuse();
        listeners.add(check);
        signal.addEventListener('abort', refuse, { once: true });
        check();
      });
    },
  };
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
