import { type CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { toClosed } from './closed.ts';
import type { Caller } from './ports-over.ts';
import type { Thread } from './thread.ts';
import { isWideRead } from './wide-reads.ts';

/** Where reads go. */
export interface Reading {
  readonly call: Caller;
  close(closed: CuttleError): Promise<void>;
}

/** Small reads within one second that make a thread of their own worth its memory. */
const enoughReads = 32;
const windowMs = 1_000;
/** A thread that nobody asked for this long ends. */
const idleMs = 60_000;

/**
 * Reads go to a thread of their own. An idle one costs the process 10 MB, so it is started by the first wide read or by
 * many small ones, and ends when it has had nothing to do; without it the writer answers small reads between two groups.
 */
export function createReading(deps: {
  readonly writer: Caller;
  start(): Promise<Thread<undefined>>;
}): Reading {
  let starting: Promise<Thread<undefined>> | undefined;
  let ready: Thread<undefined> | undefined;
  let closed: CuttleError | undefined;
  let reads = 0;
  let timer: NodeJS.Timeout | undefined;

  const watch = (ms: number): void => {
    timer ??= setTimeout(look, ms).unref();
  };
  const look = (): void => {
    timer = undefined;
    const idle = reads === 0;
    reads = 0;
    if (!ready) return;
    if (!idle) return watch(idleMs);
    const thread = ready;
    starting = undefined;
    ready = undefined;
    // It ends by itself; if it cannot, its exit is told by `onFailed`.
    thread.close(toClosed()).catch(() => {});
  };
  const open = (): Promise<Thread<undefined>> => {
    starting ??= deps.start().then(
      (thread) => {
        ready = thread;
        watch(idleMs);
        return thread;
      },
      (error: unknown) => {
        starting = undefined;
        throw error;
      },
    );
    return starting;
  };
  return {
    async call(op, input) {
      if (closed) throw closed;
      reads += 1;
      if (ready) return ready.call(op, input);
      if (isWideRead(op)) return (await open()).call(op, input);
      // Not awaited: until it is ready, and if it never is, the writer answers.
      if (reads >= enoughReads) open().catch(() => {});
      else watch(windowMs);
      return deps.writer(op, input);
    },
    async close(error) {
      closed = error;
      clearTimeout(timer);
      try {
        await (await starting)?.close(error);
      } catch (unstarted) {
        // A thread that never started has nothing to close; why it did not is told by `onFailed` or by who asked for it.
        if (!isCuttleError(unstarted)) throw unstarted;
      }
    },
  };
}
