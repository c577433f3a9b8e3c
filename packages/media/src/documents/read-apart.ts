import { memoryUsage } from 'node:process';
import { Worker } from 'node:worker_threads';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock } from '@cuttle/core-types/ports';
import { DocumentReply, type DocumentRequest } from './document-message.ts';
import type { DocumentText } from './read-pdf.ts';

export interface ThreadLimits {
  readonly timeoutMs: number;
  /** Heap of the thread. */
  readonly maxHeapMb: number;
  /** What the whole process may grow by meanwhile: unpacked bytes lie outside of a heap. */
  readonly maxGrowthMb: number;
}

/** How often the process is measured. */
const measureMs = 100;

/**
 * Reads one document in a thread of its own, which ends with it: what a hostile file does, it does to that thread. Throws `media.unreadable`, or
 * rejects with `signal.reason`.
 */
export async function readApart(
  request: DocumentRequest,
  {
    url,
    limits,
    clock,
  }: {
    readonly url: URL;
    readonly limits: ThreadLimits;
    readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  },
  signal: AbortSignal,
): Promise<DocumentText> {
  signal.throwIfAborted();
  const settled = Promise.withResolvers<unknown>();
  const done = new AbortController();
  const fail = (message: string) => (cause?: unknown) =>
    settled.reject(new CuttleError('media.unreadable', message, { cause }));
  const onAbort = (): void => settled.reject(signal.reason);
  // It gets no environment, and what it prints is not ours.
  const worker = new Worker(url, {
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: limits.maxHeapMb,
      maxYoungGenerationSizeMb: 32,
      stackSizeMb: 4,
    },
  });
  worker.once('message', settled.resolve);
  worker.once('error', fail('The document took too much memory or broke off its reader.'));
  worker.once('exit', fail('The document broke off its reader.'));
  signal.addEventListener('abort', onAbort, { once: true });
  const watching = watch({ limits, clock, fail }, done.signal);
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(request);
    const reply = DocumentReply.parse(await settled.promise);
    if (!reply.ok)
      throw new CuttleError('media.unreadable', `The document cannot be read: ${reply.message}`);
    return reply;
  } finally {
    done.abort();
    signal.removeEventListener('abort', onAbort);
    await Promise.all([worker.terminate(), watching]);
  }
}

/** Ends when told to, or with a failure. Never rejects. */
async function watch(
  {
    limits,
    clock,
    fail,
  }: {
    readonly limits: ThreadLimits;
    readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
    readonly fail: (message: string) => () => void;
  },
  done: AbortSignal,
): Promise<void> {
  const mostBytes = memoryUsage.rss() + limits.maxGrowthMb * 1_000_000;
  const until = clock.monotonic() + limits.timeoutMs;
  try {
    while (clock.monotonic() < until) {
      await clock.sleep(measureMs, done);
      if (memoryUsage.rss() > mostBytes) return fail('The document takes too much memory.')();
    }
    fail(`The document was not read within ${limits.timeoutMs} ms.`)();
  } catch {
    // The sleep ends so when the document was read; nothing else may.
    if (!done.aborted) fail('The document could not be watched.')();
  }
}
