/**
 * Which session works next. Rows are the queue; this holds only ids of sessions that may have work, so that
 * losing it loses nothing. Fair: a session that had its turn goes to the end. Bounded: at most `concurrency` at once, each session once.
 */
export interface SessionQueue {
  /** The session may have work; it waits until the queue is started. */
  wake(sessionId: string): void;
  /** What the last life left to do first is done: sessions may be worked on. */
  start(): void;
  /** Work that takes the session's place at once, past the queue; it is waited for like a turn. Not begun any more once the queue is stopped. Never rejects. */
  passBy(sessionId: string, work: () => Promise<void>): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
  running(): number;
  waiting(): number;
}

export function createSessionQueue(deps: {
  concurrency(): number;
  /** One turn of a session; true where it may have more. Never rejects. */
  work(sessionId: string): Promise<boolean>;
}): SessionQueue {
  const ready = new Set<string>(); // keeps the order of insertion
  const active = new Map<string, { again: boolean }>();
  let state: 'held' | 'started' | 'stopped' = 'held';
  let passing = 0;
  const rest = createRest();
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
    if (active.size + passing === 0 && (state === 'stopped' || ready.size === 0)) rest.come();
  };
  const wake = (sessionId: string): void => {
    const slot = active.get(sessionId);
    if (slot) slot.again = true;
    else ready.add(sessionId);
    pump();
  };
  const pass = async (sessionId: string, work: () => Promise<void>): Promise<void> => {
    passing += 1;
    await work();
    passing -= 1;
    // Whatever came of it, the session may have work.
    wake(sessionId);
  };
  const idle = (): Promise<void> => {
    const resting = rest.next();
    pump();
    return resting;
  };
  return {
    wake,
    passBy(sessionId, work) {
      if (state !== 'stopped') void pass(sessionId, work); // `work` never rejects
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
    running: () => active.size + passing,
    waiting: () => ready.size,
  };
}

/** What resolves everybody who has asked for it so far. */
function createRest(): { next(): Promise<void>; come(): void } {
  let coming = Promise.withResolvers<void>();
  return {
    next: () => coming.promise,
    come() {
      coming.resolve();
      coming = Promise.withResolvers();
    },
  };
}
