/**
 * Which session works next. Rows are the queue; this holds only ids of sessions that may have work, so that
 * losing it loses nothing. Fair: a session that had its turn goes to the end. Bounded: at most `concurrency` at once, each session once.
 */
export interface SessionQueue {
  /** The session may have work; it waits until the queue is started. */
  wake(sessionId: string): void;
  /**
   * One of these may be what ended the lives before: they are worked on one at a time, each until its turn is over, so that another such
   * end is laid to one of them alone. To be called before `start`.
   */
  suspect(sessionIds: readonly string[]): void;
  /** What the last life left to do first is done: sessions may be worked on. */
  start(): void;
  /**
   * Work past the queue, begun at once, before this returns; it is waited for like a turn. False where it is not begun: once the queue is stopped,
   * and where `room` is needed and there is none. Resolves with the session that may have more. Never rejects.
   */
  beside(work: () => Promise<string | undefined>, room: 'needed' | 'any'): boolean;
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
  /** Of those that may have work, the ones under suspicion, and the one that is tried. */
  const doubtful = new Set<string>();
  const suspects = new Set<string>();
  let tried: string | undefined;
  const active = new Set<string>();
  /** Of the active ones, those that were woken meanwhile. */
  const again = new Set<string>();
  let state: 'held' | 'started' | 'stopped' = 'held';
  let running = 0;
  const rest = createRest();
  const hasRoom = (): boolean => state === 'started' && running < deps.concurrency();
  const begin = async (work: () => Promise<string | undefined>): Promise<void> => {
    running += 1;
    const sessionId = await work();
    running -= 1;
    if (sessionId === undefined) pump();
    else wake(sessionId);
  };
  const work = (sessionId: string): void => {
    active.add(sessionId);
    void begin(async () => {
      const more = await deps.work(sessionId);
      active.delete(sessionId);
      if (tried === sessionId) {
        tried = undefined;
        suspects.delete(sessionId);
      }
      return again.delete(sessionId) || more ? sessionId : undefined;
    });
  };
  const pump = (): void => {
    for (const sessionId of ready) {
      if (!hasRoom()) break;
      ready.delete(sessionId);
      work(sessionId);
    }
    const [next] = doubtful;
    if (next !== undefined && tried === undefined && hasRoom()) {
      doubtful.delete(next);
      tried = next;
      work(next);
    }
    if (running === 0 && (state === 'stopped' || ready.size + doubtful.size === 0)) rest.come();
  };
  const wake = (sessionId: string): void => {
    if (active.has(sessionId)) again.add(sessionId);
    else (suspects.has(sessionId) ? doubtful : ready).add(sessionId);
    pump();
  };
  const idle = (): Promise<void> => {
    const resting = rest.next();
    pump();
    return resting;
  };
  return {
    wake,
    beside(work, room) {
      // Whose session it is is not known here: while any is suspected, all have their turns.
      const may = room === 'any' ? state !== 'stopped' : hasRoom() && suspects.size === 0;
      if (may) void begin(work); // `work` never rejects
      return may;
    },
    suspect(sessionIds) {
      for (const sessionId of sessionIds) suspects.add(sessionId);
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
    running: () => running,
    waiting: () => ready.size + doubtful.size,
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
