import { createWaitingSessions } from './waiting-sessions.ts';

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

/** What is left after a turn: perhaps more to do, nothing, or all of it, which waits for something that will wake the session. */
export type TurnEnd = 'over' | 'last' | 'waits';

export function createSessionQueue(deps: {
  concurrency(): number;
  /** One turn of a session. Never rejects. */
  work(sessionId: string): Promise<TurnEnd>;
}): SessionQueue {
  const queued = createWaitingSessions();
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
  const pump = (): void => {
    while (hasRoom()) {
      const sessionId = queued.next();
      if (sessionId === undefined) break;
      void begin(async () => {
        const end = await deps.work(sessionId);
        return queued.over(sessionId, end !== 'waits') || end === 'over' ? sessionId : undefined;
      });
    }
    if (running === 0 && (state === 'stopped' || queued.size() === 0)) rest.come();
  };
  const wake = (sessionId: string): void => {
    queued.add(sessionId);
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
      const may = room === 'any' ? state !== 'stopped' : hasRoom() && !queued.hasSuspects();
      if (may) void begin(work); // `work` never rejects
      return may;
    },
    suspect: queued.suspect,
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
    waiting: queued.size,
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
