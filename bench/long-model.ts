import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** The last plain turn before a summary was made. */
export interface BeforeSummary {
  readonly turn: number;
  /** Summaries that were asked for until then. */
  readonly summaries: number;
}
export interface LongFacts {
  readonly calls: number;
  readonly summaries: number;
  readonly withoutOrder: number;
  /** Requests that were longer than the window. */
  readonly refused: number;
  /** Requests that broke a rule of the service. */
  readonly faults: number;
  /** In order. */
  readonly befores: readonly BeforeSummary[];
  /** Such turns whose words were said again, with the messages of their request in the same bytes, and in others. */
  readonly equal: number;
  readonly different: readonly string[];
}
/** A model service with a small window, which it enforces, in a thread of its own. */
export interface LongModel extends AsyncDisposable {
  readonly url: string;
  facts(): Promise<LongFacts>;
}

export async function startLongModel(data: {
  readonly window: number;
  readonly order: string;
}): Promise<LongModel> {
  const worker = new Worker(new URL('./long-worker.ts', import.meta.url), { workerData: data });
  const [url] = (await once(worker, 'message')) as [string]; // the first thing it says
  return {
    url,
    async facts() {
      const told = once(worker, 'message');
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage('facts');
      const [facts] = (await told) as [LongFacts]; // what it answers
      return facts;
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
