/** The sessions that may have work and wait for room, each once, in the order in which they came. */
export interface WaitingSessions {
  /** One of these may be what ended the lives before: they are given out one at a time, from now on until each had its turn. */
  suspect(sessionIds: readonly string[]): void;
  add(sessionId: string): void;
  /** Takes out the next that may be worked on: its turn begins. What is added in its turn comes after it. */
  next(): string | undefined;
  /** The turn of one that was taken out is over; `isTried`: it was worked on, so that it is no suspect any more. True where it was added meanwhile. */
  over(sessionId: string, isTried: boolean): boolean;
  size(): number;
  hasSuspects(): boolean;
}

export function createWaitingSessions(): WaitingSessions {
  const ready = new Set<string>(); // keeps the order of insertion
  const doubtful = new Set<string>();
  const suspects = new Set<string>();
  let tried: string | undefined;
  const active = new Set<string>();
  /** Of the active ones, those that were added meanwhile. */
  const again = new Set<string>();
  const waitingPlace = (sessionId: string): Set<string> =>
    suspects.has(sessionId) ? doubtful : ready;
  return {
    suspect(sessionIds) {
      for (const sessionId of sessionIds) suspects.add(sessionId);
    },
    add: (sessionId) =>
      void (active.has(sessionId) ? again : waitingPlace(sessionId)).add(sessionId),
    next() {
      // Only one at a time, so that they take little from the others.
      const isSuspect = tried === undefined && doubtful.size > 0;
      const from = isSuspect ? doubtful : ready;
      const [sessionId] = from;
      if (sessionId === undefined) return undefined;
      from.delete(sessionId);
      active.add(sessionId);
      if (isSuspect) tried = sessionId;
      return sessionId;
    },
    over(sessionId, isTried) {
      active.delete(sessionId);
      if (tried === sessionId) {
        tried = undefined;
        if (isTried) suspects.delete(sessionId);
      }
      return again.delete(sessionId);
    },
    size: () => ready.size + doubtful.size,
    hasSuspects: () => suspects.size > 0,
  };
}
