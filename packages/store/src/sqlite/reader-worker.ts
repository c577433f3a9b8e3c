// The reads of a home, on a connection and in a thread of their own.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { createReaderHost, type ReaderOptions } from './reader-host.ts';
import { type Signal, toFailure } from './wire.ts';

if (!parentPort) throw new TypeError('reader-worker.ts is started as a worker thread.');
serve(parentPort);

function serve(port: MessagePort): void {
  const say = (signal: Signal<undefined>): void => port.postMessage(signal);
  // Given by openSqliteStore.
  const options = workerData as ReaderOptions;
  const host = createReaderHost(options);
  say({ type: 'ready', boot: options.boot, epoch: '', health: undefined });
  port.on('message', (text: string | undefined) => {
    try {
      if (text !== undefined) return port.postMessage(host.run(text));
      host.close();
      say({ type: 'closed' });
    } catch (error) {
      say({ type: 'failed', failure: toFailure(error) });
    }
    port.close();
  });
}
