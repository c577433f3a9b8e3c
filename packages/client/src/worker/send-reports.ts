import type { Clock } from '@cuttle/core-types/ports';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { BookedLease, BookedReport, ReportBook } from './report-book.ts';
import type { WorkerCalls } from './worker-calls.ts';

/** `finished`: the gateway has the last report. `sent`: it has all there is. `over`: nobody wants more. `lost`: another one may have the task. */
export type SendingEnd = 'finished' | 'sent' | 'over' | 'lost';

export interface SendingDeps {
  readonly book: ReportBook;
  readonly call: WorkerCalls;
  readonly clock: Pick<Clock, 'sleep'>;
  /** One was acknowledged: there is room for another. */
  readonly onSent: () => void;
  /** A sign of life is sent where nothing else is for so long. */
  readonly quietMs: number;
}

/** What wakes a sender that has nothing to send, and whoever waits for room. */
export interface SendingBell {
  ring(): void;
  next(): Promise<void>;
}

export function createSendingBell(): SendingBell {
  let waiting = Promise.withResolvers<void>();
  return {
    ring() {
      waiting.resolve();
      waiting = Promise.withResolvers();
    },
    next: () => waiting.promise,
  };
}

/** Sends what the book holds, oldest first, until there is nothing more. Throws what no second attempt mends, or `signal.reason`. */
export async function sendAll(
  deps: Pick<SendingDeps, 'book' | 'call' | 'onSent'>,
  lease: BookedLease,
  signal: AbortSignal,
): Promise<SendingEnd> {
  const { book, call, onSent } = deps;
  for (;;) {
    const [report] = book.open;
    if (!report) return 'sent';
    const end = await sendOne(call, { lease, report }, signal);
    if (end === 'over' || end === 'lost') return end;
    await book.acknowledge();
    onSent();
    if (end === 'finished') return end;
  }
}

/** The same for a task that is worked on: waits for more, with signs of life, until the last report is taken. */
export async function keepSending(
  deps: SendingDeps & { readonly bell: SendingBell },
  lease: BookedLease,
  signal: AbortSignal,
): Promise<SendingEnd> {
  const { call, bell } = deps;
  for (;;) {
    const more = bell.next();
    const end = await sendAll(deps, lease, signal);
    if (end !== 'sent') return end;
    if (await isQuiet(deps, more, signal)) {
      const life = { seq: 0 };
      const alive = await sendOne(call, { lease, report: life }, signal);
      if (alive !== 'sent') return alive;
    }
  }
}

async function isQuiet(
  { clock, quietMs }: Pick<SendingDeps, 'clock' | 'quietMs'>,
  more: Promise<void>,
  signal: AbortSignal,
): Promise<boolean> {
  const awake = new AbortController();
  const slept = clock.sleep(quietMs, AbortSignal.any([signal, awake.signal])).then(
    () => true,
    () => false,
  );
  const quiet = await Promise.race([slept, more.then(() => false)]);
  awake.abort();
  signal.throwIfAborted();
  return quiet;
}

async function sendOne(
  call: WorkerCalls,
  { lease, report }: { readonly lease: BookedLease; readonly report: BookedReport },
  signal: AbortSignal,
): Promise<SendingEnd> {
  const { outcome, ...words } = report;
  const said = { ...lease, ...words };
  try {
    if (outcome === undefined) {
      const { acked, stopped } = await call('workers.report', said, signal);
      if (stopped) return 'over';
      return acked >= report.seq ? 'sent' : 'lost';
    }
    const { stopped, ended } = await call('workers.finish', { ...said, outcome }, signal);
    if (stopped) return 'over';
    // What is missing before it was lost on this side: the work has to be done again.
    return ended ? 'finished' : 'lost';
  } catch (error) {
    if (isCuttleError(error, 'subagent.lease-lost')) return 'lost';
    throw error;
  }
}
