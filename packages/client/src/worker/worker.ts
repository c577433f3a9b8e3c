import type { Clock } from '@cuttle/core-types/ports';
import type { CuttleError } from '@cuttle/core-types/errors';
import { type Backoff, platformRandom, platformSleep } from '../backoff.ts';
import { type BookedLease, openReportBook, type ReportBook } from './report-book.ts';
import {
  createSendingBell,
  keepSending,
  sendAll,
  type SendingBell,
  type SendingEnd,
} from './send-reports.ts';
import type { WorkerBuffer } from './worker-buffer.ts';
import { createWorkerCalls, type WorkerCalls } from './worker-calls.ts';

/** A task of an agent, as the worker's function gets it. */
export interface WorkerTask {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  /** 1 for the first worker that has it; more where one before was lost, whose work may be half done. */
  readonly attempt: number;
  /** When it is stopped at the latest, ISO 8601. */
  readonly deadlineAt: string | undefined;
}

/** What is said meanwhile. Each resolves once it is in the buffer; the gateway gets it when it can be reached. */
export interface WorkerReports {
  /** A paragraph of the result. */
  text(text: string): Promise<void>;
  /** How far it is, for people. Left out where much waits to be sent. */
  progress(words: string): Promise<void>;
}

export interface WorkerOptions {
  /** Any address of the gateway. */
  readonly url: string;
  /** Of `cuttle workers token <name>`. */
  readonly token: string;
  /** Whose tasks it takes, as the configuration names it. */
  readonly name: string;
  readonly buffer: WorkerBuffer;
  /**
   * Works on one task. What it returns is the end of the result, what it throws a failure. `signal` is aborted when nobody wants the result any
   * more; it must end soon after. A task may come again after a cut: what it does in the world should bear that.
   */
  run(task: WorkerTask, report: WorkerReports, signal: AbortSignal): Promise<string>;
  /** After such a silence another worker may have the task. Default 60 s. */
  readonly leaseMs?: number;
  /** Default 250 ms, doubling to 15 s. */
  readonly backoff?: Backoff;
  /** Default: the platform's own. */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Pick<Clock, 'sleep'>;
  /** A number in [0, 1) for the jitter. */
  readonly random?: () => number;
  readonly newId?: () => string;
  /** Hears of each failure that is tried again. */
  readonly onRetry?: (error: CuttleError) => void;
}

/**
 * A program outside that works for agents. Contract:
 * - one task at a time; what is reported goes into the buffer first, and from it after the gateway's answer;
 * - whatever dies on either side, each report counts once and the agent that gave the task is told once;
 * - a gateway that cannot be reached is asked again until it can, with pauses that grow.
 */
export interface Worker {
  /** Works until `signal` is aborted, then resolves. Rejects with what no second attempt mends, such as a wrong token. */
  start(signal: AbortSignal): Promise<void>;
}

const waitMs = 25_000;

export function createWorker(options: WorkerOptions): Worker {
  const clock = options.clock ?? { sleep: platformSleep };
  const call = createWorkerCalls({
    url: options.url,
    token: options.token,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock,
    random: options.random ?? platformRandom,
    backoff: options.backoff ?? { firstMs: 250, maxMs: 15_000 },
    onRetry: options.onRetry ?? (() => {}),
  });
  return {
    async start(signal) {
      try {
        const book = await openReportBook(options.buffer);
        const parts = { options, call, clock, book };
        for (;;) await turn(parts, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}

interface Parts {
  readonly options: WorkerOptions;
  readonly call: WorkerCalls;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly book: ReportBook;
}

/** What is left of a life before goes first; then the next task, if one comes. */
async function turn(parts: Parts, signal: AbortSignal): Promise<void> {
  const { book, options, call } = parts;
  const { name: worker, leaseMs = 60_000 } = options;
  if (book.lease)
    await settle(book, await sendAll({ ...parts, onSent: () => {} }, book.lease, signal));
  const newId = options.newId ?? (() => crypto.randomUUID());
  const idempotencyKey = book.claim ?? newId();
  if (book.claim === undefined) await book.begin(idempotencyKey);
  const claim = { worker, idempotencyKey, leaseMs, waitMs };
  const { task } = await call('workers.claim', claim, signal);
  if (!task) return;
  const { taskId, fence, label, text, attempt, deadlineAt } = task;
  await book.hold({ taskId, fence });
  const given = { id: taskId, label, text, attempt, deadlineAt };
  await settle(book, await work(parts, { task: given, lease: { taskId, fence }, leaseMs }, signal));
}

/** A task that is not done keeps its claim: it is given to this worker again. */
async function settle(book: ReportBook, end: SendingEnd): Promise<void> {
  if (end !== 'sent') await book.clear();
}

async function work(
  parts: Parts,
  held: { readonly task: WorkerTask; readonly lease: BookedLease; readonly leaseMs: number },
  signal: AbortSignal,
): Promise<SendingEnd> {
  const { options, call, clock, book } = parts;
  const bell = createSendingBell();
  const freed = createSendingBell();
  const unwanted = new AbortController();
  const ends = AbortSignal.any([signal, unwanted.signal]);
  const quietMs = Math.ceil(held.leaseMs / 3);
  const sending = { book, call, clock, quietMs, bell, onSent: freed.ring };
  const told = keepSending(sending, held.lease, signal).finally(() => {
    unwanted.abort();
    freed.ring();
  });
  told.catch(() => {}); // awaited below, when the work has ended
  const reports = createReports({ book, bell, freed }, ends);
  const last = await options.run(held.task, reports, ends).then(
    (text) => ({ text, outcome: 'completed' as const }),
    (error: unknown) => ({ text: wordsOf(error), outcome: 'failed' as const }),
  );
  // One that is stopped is no failure of the task: the next life goes on with it.
  if (!ends.aborted) {
    const pieces = toPieces(last.text);
    for (const text of pieces.slice(0, -1)) await book.add({ text });
    await book.add({ text: pieces.at(-1) ?? '', outcome: last.outcome });
    bell.ring();
  }
  return told;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** More than these wait to be sent only where the gateway is away. */
const mostWaiting = 1_000;
const mostBeforeProgress = 100;
const mostProgressChars = 500;
/** What the gateway takes at once. */
const mostTextChars = 20_000;

function createReports(
  {
    book,
    bell,
    freed,
  }: { readonly book: ReportBook; readonly bell: SendingBell; readonly freed: SendingBell },
  ends: AbortSignal,
): WorkerReports {
  return {
    async text(text) {
      for (const piece of toPieces(text)) {
        while (book.open.length >= mostWaiting && !ends.aborted) await freed.next();
        ends.throwIfAborted();
        await book.add({ text: piece });
        bell.ring();
      }
    },
    async progress(words) {
      ends.throwIfAborted();
      if (book.open.length >= mostBeforeProgress) return;
      await book.add({ progress: words.slice(0, mostProgressChars) });
      bell.ring();
    },
  };
}

function toPieces(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += mostTextChars)
    pieces.push(text.slice(at, at + mostTextChars));
  return pieces;
}
