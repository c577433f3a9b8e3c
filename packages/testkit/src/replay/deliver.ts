import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createGzip, constants, type Gzip } from 'node:zlib';
import type { Recording } from '../recorded-request.ts';
import type { Delivery } from './transport-variant.ts';

export interface DeliveryTarget {
  readonly response: ServerResponse;
  readonly recording: Recording;
}

/** Sends an answer just as the delivery says, write by write. */
export async function deliver(delivery: Delivery, target: DeliveryTarget): Promise<void> {
  const { response } = target;
  if (delivery.framing === 'http-1.0') {
    await deliverOldHttp(delivery, target);
    return;
  }
  const length = delivery.writes.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const headers =
    delivery.framing === 'length'
      ? { ...delivery.headers, 'content-length': length }
      : delivery.headers;
  response.writeHead(delivery.status, headers);
  response.flushHeaders();
  const writes = delivery.encoding === 'plain' ? delivery.writes : zipped(delivery.writes);
  for await (const bytes of writes) {
    if (target.recording.gone.aborted) return;
    await write(response, bytes);
    if (delivery.pauseMs > 0) await pause(delivery.pauseMs, target.recording.gone);
  }
  await end(delivery, target);
}

/** Waits until the bytes are with the system and the client has had a turn to read them. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    // An error means that the client is gone, which the next look at `gone` finds.
    response.write(bytes, () => resolve());
  });
  await nextTurn();
}

async function pause(ms: number, gone: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: gone });
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}

async function end(delivery: Delivery, { response, recording }: DeliveryTarget): Promise<void> {
  switch (delivery.ending) {
    case 'complete':
      response.end();
      break;
    case 'stall':
      await recording.request.settled;
      break;
    case 'cut':
      recording.mark('cut');
      response.socket?.destroy();
      break;
    case 'fin':
      // Ends the body as if it were all, which for a chunked one is a clean end.
      recording.mark('cut');
      response.end();
      break;
  }
}

async function* zipped(writes: readonly Buffer[]): AsyncGenerator<Buffer, void, void> {
  // Each write is flushed: whoever reads gets all of it at once.
  const gzip = createGzip({
    flush: constants.Z_SYNC_FLUSH,
    level: constants.Z_BEST_SPEED,
    memLevel: 1,
  });
  for (const bytes of writes) {
    await new Promise<void>((resolve) => {
      // What ails it is an event of its own.
      gzip.write(bytes, () => resolve());
    });
    yield drain(gzip);
  }
  gzip.end();
  await once(gzip, 'readable');
  yield drain(gzip);
}

function drain(gzip: Gzip): Buffer {
  // A zlib stream that is not set to an encoding reads buffers.
  const bytes = gzip.read() as Buffer | null;
  return bytes ?? Buffer.alloc(0);
}

/** Node speaks 1.1 only, so that the head is written by hand; the end of the connection ends the body. */
async function deliverOldHttp(
  { status, headers, writes }: Delivery,
  { response, recording }: DeliveryTarget,
): Promise<void> {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const { socket } = response;
  if (socket === null) return;
  recording.mark('answered');
  const head = Buffer.from(`HTTP/1.0 ${status} Recorded\r\n${lines.join('')}\r\n`);
  await new Promise<void>((resolve) => {
    socket.end(Buffer.concat([head, ...writes]), () => resolve());
  });
}
