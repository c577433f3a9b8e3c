// The one writer of a home, in a thread of its own.
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import type { StoreHealth } from '@cuttle/core-types/ports';
import { type Signal, toFailure } from './wire.ts';
import { createWriterHost, type WriterHost, type WriterOptions } from './writer-host.ts';

const tendEveryMs = 10_000;
const firstTendMs = 500;

if (!parentPort) throw new TypeError('writer.ts is started as a worker thread.');
open(parentPort);

function open(port: MessagePort): void {
  const say = (signal: Signal<StoreHealth>): void => port.postMessage(signal);
  let host: WriterHost;
  try {
    // Given by openSqliteStore.
    host = createWriterHost(workerData as WriterOptions);
  } catch (error) {
    say({ type: 'refused', failure: toFailure(error) });
    return;
  }
  say({ type: 'ready', boot: host.boot, epoch: host.epoch, health: host.health });
  serve(port, host, say);
}

/** Every message that waits joins the next group. `undefined` is the wish to close. */
function serve(
  port: MessagePort,
  host: WriterHost,
  say: (signal: Signal<StoreHealth>) => void,
): void {
  let told = JSON.stringify(host.health);
  const tellHealth = (): void => {
    const health = JSON.stringify(host.health);
    if (health !== told) say({ type: 'health', health: host.health });
    told = health;
  };
  const stop = (): void => {
    clearTimeout(first);
    clearInterval(timer);
    port.close();
  };
  // Whatever goes wrong here, nobody may be answered any more: the process ends and looks again.
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      say({ type: 'failed', failure: toFailure(error) });
      stop();
    }
  };
  const tend = (): void =>
    guarded(() => {
      host.tend();
      tellHealth();
    });
  const first = setTimeout(tend, firstTendMs);
  const timer = setInterval(tend, tendEveryMs);
  port.on('message', (message: string | undefined) =>
    guarded(() => {
      const { texts, closing } = drain(port, message);
      if (texts.length > 0) host.run(texts, (text) => port.postMessage(text));
      tellHealth();
      if (!closing) return;
      host.close();
      say({ type: 'closed' });
      stop();
    }),
  );
}

function drain(
  port: MessagePort,
  first: string | undefined,
): { readonly texts: readonly string[]; readonly closing: boolean } {
  const texts: string[] = [];
  for (let message = first; ;) {
    if (message === undefined) return { texts, closing: true };
    texts.push(message);
    // The main thread sends nothing but texts and `undefined`.
    const next: { message: string | undefined } | undefined = receiveMessageOnPort(port);
    if (!next) return { texts, closing: false };
    message = next.message;
  }
}
