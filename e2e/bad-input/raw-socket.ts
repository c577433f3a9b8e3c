import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket connection below every library, for frames that none would send. https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
export interface RawSocket extends Disposable {
  /** Resolves when the gateway has closed the connection, however. */
  readonly closed: Promise<void>;
  write(bytes: Uint8Array | string): void;
  /** What came back since the upgrade. */
  received(): Buffer;
}

export async function openRawSocket(url: string): Promise<RawSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.on('error', () => {}); // `closed` tells
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const key = randomBytes(16).toString('base64');
  const head = [
    'GET /ws HTTP/1.1',
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const rest = await untilHead(socket);
  const chunks: Buffer[] = [rest];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  return {
    closed,
    write: (bytes) => void (socket.destroyed || socket.write(bytes)),
    received: () => Buffer.concat(chunks),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

async function untilHead(socket: Socket): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for (;;) {
    const [chunk] = await once(socket, 'data');
    head = Buffer.concat([head, Buffer.from(chunk as Buffer)]); // a socket without an encoding gives Buffers
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) return head.subarray(end + 4);
  }
}

export interface FrameShape {
  readonly opcode: number;
  readonly payload: Uint8Array | string;
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly masked?: boolean;
}

/** One frame, right or wrong. */
export function encodeFrame({
  opcode,
  payload,
  fin = true,
  rsv = 0,
  masked = true,
}: FrameShape): Buffer {
  const bytes = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  const size =
    bytes.length < 126
      ? Buffer.from([first, mask | bytes.length])
      : Buffer.from([first, mask | 126, bytes.length >> 8, bytes.length & 255]);
  if (!masked) return Buffer.concat([size, bytes]);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([size, Buffer.alloc(4), bytes]);
}
