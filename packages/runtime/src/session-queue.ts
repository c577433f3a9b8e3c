/**
 * Which session works next. Rows are the queue; this holds only ids of sessions that may have work, so that
 * losing it loses nothing. Fair: a session that had its turn goes to the end. Bounded: at most `concurrency` at once, each session once.
 */
export interface SessionQueue {
  /** The session may have work; it waits until the queue is started. */
  wake(sessionId: string): void;
  /** What the last life left to do first is done: sessions may be worked on. */
  start(): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
  readonly running: number;
  readonly waiting: number;
}

export function createSessionQueue(deps: {
  concurrency(): number;
  /** One turn of a session; true where it may have more. Never rejects. */
  work(sessionId: string): Promise<boolean>;
}): SessionQueue {
  const ready = new Set<string>(); // keeps the order of insertion
  const active = new Map<string, { again: boolean }>();
  let state: 'held' | 'started' | 'stopped' = 'held';
  let settled: (() => void)[] = [];

  const turn = async (sessionId: string, slot: { again: boolean }): Promise<void> => {
    const more = await deps.work(sessionId);
    active.delete(sessionId);
    if (more || slot.again) ready.add(sessionId);
    pump();
  };
  const pump = (): void => {
    for (const sessionId of ready) {
      if (state !== 'started' || active.size >= deps.concurrency()) break;
      ready.delete(sessionId);
      const slot = { again: false };
      active.set(sessionId, slot);
      void turn(sessionId, slot); // `work` never rejects
    }
    if (active.size === 0 && (state === 'stopped' || ready.size === 0)) {
      for (const done of settled) done();
      settled = [];
    }
  };
  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      settled.push(resolve);
      pump();
    });
  return {
    wake(sessionId) {
      const slot = active.get(sessionId);
      if (slot) slot.again = true;
      else ready.add(sessionId);
      pump();
    },
    start() {
      if (state === 'held') state = 'started';
      pump();
    },
    idle,
    stop() {
      state = 'stopped';
      return idle();
    },
    get running() {
      return active.size;
    },
    get waiting() {
      return ready.size;
    },
  };
}
