import { Worker } from 'node:worker_threads';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock } from '@cuttle/core-types/ports';
import { Reply, type Request } from './worker-message.ts';

export interface LazyWorkerOptions {
  /** The worker's file: a bundle has it elsewhere than the sources. */
  readonly url: URL;
  readonly clock: Pick<Clock, 'sleep'>;
  /** For one request; past it the thread is ended. */
  readonly timeoutMs: number;
  /** The thread ends after so long without a request. Default 30 s. */
  readonly idleMs?: number;
  /** Heap of the thread; past it the request fails and the thread ends. */
  readonly maxHeapMb: number;
}

/**
 * A thread for work that is heavy to load, slow, or given by an outsider. Contract:
 * - it starts with the first request, does one at a time, and ends when idle; it never keeps the process alive by itself;
 * - a request that takes too long or too much memory, or is aborted, ends the thread and with it only itself;
 * - `ask` rejects with `signal.reason`, `tool.timeout` or `tool.failed`, the last also when too many wait.
 */
export interface LazyWorker<Input> extends AsyncDisposable {
  ask(input: Input, signal: AbortSignal): Promise<string>;
}

const maxWaiting = 32;

export function createLazyWorker<Input>(options: LazyWorkerOptions): LazyWorker<Input> {
  let worker: Worker | undefined;
  let idle = new AbortController();
  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const stop = async (): Promise<void> => {
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };
  const stopWhenIdle = (): void => {
    idle = new AbortController();
    options.clock
      .sleep(options.idleMs ?? 30_000, idle.signal)
      .then(stop)
      .catch(() => undefined); // woken by the next request
  };
  const answer = async (input: Input, signal: AbortSignal): Promise<string> => {
    signal.throwIfAborted();
    idle.abort();
    worker ??= openWorker(options);
    let reply: Reply;
    try {
      reply = await exchange(worker, { input, signal, options });
    } catch (error) {
      await stop();
      throw error;
    }
    stopWhenIdle();
    if (reply.ok) return reply.output;
    throw new CuttleError('tool.failed', reply.message);
  };
  return {
    async ask(input, signal) {
      if (waiting >= maxWaiting)
        throw new CuttleError('tool.failed', 'Too many calls wait for this tool.');
      waiting += 1;
      const mine = turn.then(() => answer(input, signal));
      // The next one waits for the end of this one, good or bad; its result belongs to the caller.
      turn = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
    async [Symbol.asyncDispose]() {
      idle.abort();
      await stop();
    },
  };
}

function openWorker({ url, maxHeapMb }: LazyWorkerOptions): Worker {
  const worker = new Worker(url, {
    // What it works on comes from outside: it gets no environment, and its output is not ours.
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: maxHeapMb,
      maxYoungGenerationSizeMb: 32,
      stackSizeMb: 4,
    },
  });
  // A thread that dies between requests is replaced at the next; one that dies within one rejects it.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}

async function exchange(
  worker: Worker,
  { input, signal, options }: { input: unknown; signal: AbortSignal; options: LazyWorkerOptions },
): Promise<Reply> {
  const settled = Promise.withResolvers<Reply>();
  const done = new AbortController();
  const fail = (error: unknown): void => {
    settled.reject(
      new CuttleError('tool.failed', 'The work took too much memory or broke off.', {
        cause: error,
      }),
    );
  };
  const onMessage = (message: unknown): void => {
    settled.resolve(Reply.parse(message));
  };
  const onAbort = (): void => {
    settled.reject(signal.reason);
  };
  options.clock
    .sleep(options.timeoutMs, done.signal)
    .then(() => {
      settled.reject(
        new CuttleError('tool.timeout', `It took longer than ${options.timeoutMs} ms.`),
      );
      return undefined;
    })
    .catch(() => undefined); // answered in time
  worker.once('message', onMessage).once('error', fail).once('exit', fail);
  signal.addEventListener('abort', onAbort, { once: true });
  worker.ref();
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ input } satisfies Request<unknown>);
    return await settled.promise;
  } finally {
    done.abort();
    worker.unref();
    worker.off('message', onMessage).off('error', fail).off('exit', fail);
    signal.removeEventListener('abort', onAbort);
  }
}
