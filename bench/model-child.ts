import { Worker } from 'node:worker_threads';

/** A model service that answers at once, in a thread of its own, so that its work is not the gateway's. */
export interface ModelChild extends AsyncDisposable {
  readonly url: string;
}

export async function startModel({ tokens }: { tokens: number }): Promise<ModelChild> {
  const worker = new Worker(new URL('./model-worker.ts', import.meta.url), {
    workerData: { tokens },
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  worker.once('message', resolve);
  worker.once('error', reject);
  const url = await promise;
  return {
    url,
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
