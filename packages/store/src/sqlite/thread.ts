import { Worker } from 'node:worker_threads';
import { CuttleError } from '@cuttle/core-types/errors';
import { createMailbox } from './mailbox.ts';
import type { Caller } from './ports-over.ts';
import { fromFailure, type Signal } from './wire.ts';

/** A worker thread of the store that is ready. */
export interface Thread<Health> {
  readonly call: Caller;
  readonly boot: string;
  readonly epoch: string;
  readonly health: Health;
  /** Resolves when everything asked before is answered and the thread has ended; later calls get `closed`. */
  close(closed: CuttleError): Promise<void>;
}

export interface ThreadOptions<Health> {
  readonly url: URL;
  readonly data: unknown;
  readonly now?: (() => number) | undefined;
  /** The thread cannot go on or has died; every call is rejected by then. */
  onFailed(error: CuttleError): void;
  onHealth?(health: Health): void;
}

// Caps, not reservations: a hostile message may be large, an idle thread must be small.
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 4 };

/** Starts a thread and waits for its `ready`. Rejects with the reason for which it refused. */
export async function startThread<Health>(options: ThreadOptions<Health>): Promise<Thread<Health>> {
  const { url, data, now } = options;
  const worker = new Worker(url, {
    workerData: data,
    resourceLimits,
    // In the sources, packages name each other by their sources too.
    execArgv: url.pathname.endsWith('.ts') ? ['--conditions=@cuttle/source'] : [],
  });
  const post = (message: string | undefined): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, no window
    worker.postMessage(message);
  };
  const mailbox = createMailbox({ now, post, later: setImmediate });
  const ready = Promise.withResolvers<Extract<Signal<Health>, { type: 'ready' }>>();
  const gone = Promise.withResolvers<void>();
  const fail = (error: CuttleError): void => {
    ready.reject(error);
    mailbox.fail(error);
    options.onFailed(error);
  };
  const hear = (signal: Signal<Health>): void => {
    switch (signal.type) {
      case 'ready':
        return ready.resolve(signal);
      case 'refused':
        return ready.reject(fromFailure(signal.failure));
      case 'failed':
        return fail(fromFailure(signal.failure));
      case 'health':
        return options.onHealth?.(signal.health);
      case 'closed':
        return gone.resolve();
    }
  };
  worker.on('message', (message: string | Signal<Health>) =>
    typeof message === 'string' ? mailbox.receive(message) : hear(message),
  );
  worker.on('error', (error) => fail(toDied(error)));
  let isClosing = false;
  worker.on('exit', () => {
    if (!isClosing) fail(toDied(undefined));
    gone.resolve();
  });
  const { boot, epoch, health } = await ready.promise;
  return {
    call: mailbox.call,
    boot,
    epoch,
    health,
    async close(closed) {
      isClosing = true;
      // What was asked in this very turn leaves first.
      await Promise.resolve();
      post(undefined);
      await gone.promise;
      mailbox.fail(closed);
      await worker.terminate();
    },
  };
}

function toDied(cause: unknown): CuttleError {
  return new CuttleError('store.failed', 'A thread of the store died.', { cause });
}
