import type { Frame, Framer, Shape } from './framing.ts';

/**
 * Amazon's event streams: messages in binary, each with the checksums of its lengths and of all of it.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 * A message becomes `{"its name": its payload}`, an exception `{"exception": "its name", "payload": its payload}`.
 * After damage nothing more is read, since nobody knows where the next message begins; the decoder gets a record that
 * is no JSON.
 */
export function createEventStreamFramer(): Framer & { readonly shape: Shape } {
  const messages = createMessageReader();
  const text = new TextDecoder('utf-8');
  let shape: Shape = 'unknown';
  let held = '';
  return {
    get shape() {
      return shape;
    },
    push(bytes) {
      if (shape === 'unknown') shape = shapeOf(bytes);
      if (shape === 'stream') return messages.push(bytes);
      if (shape !== 'unknown') held += text.decode(bytes, { stream: true });
      return [];
    },
    end() {
      held += text.decode();
      return shape === 'whole' ? [{ text: held, whole: true }] : [];
    },
  };
}

const spaces: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/** A message begins with its length, whose first byte is 0 for all that is shorter than 16 MiB: no text begins so. */
function shapeOf(bytes: Uint8Array): Shape {
  const first = bytes.find((byte) => !spaces.has(byte));
  if (first === undefined) return 'unknown';
  const character = String.fromCharCode(first);
  if (character === '<') return 'page';
  return character === '{' || character === '[' ? 'whole' : 'stream';
}

const damage: Frame = { text: '(a damaged message)', whole: false };
/** Total length, length of the headers, and the checksum of both. */
const preludeBytes = 12;
const endBytes = 4;

function createMessageReader(): { push(bytes: Uint8Array): readonly Frame[] } {
  // Grows by doubling, so that tiny pieces of a long message cost linear time.
  let buffer = new Uint8Array(4096);
  let start = 0;
  let end = 0;
  let broken = false;
  const append = (bytes: Uint8Array): void => {
    if (end + bytes.length > buffer.length) {
      const left = end - start;
      const room = left + bytes.length > buffer.length ? (left + bytes.length) * 2 : buffer.length;
      const next = new Uint8Array(room);
      next.set(buffer.subarray(start, end));
      buffer = next;
      start = 0;
      end = left;
    }
    buffer.set(bytes, end);
    end += bytes.length;
  };
  /** Undefined where the message is not complete yet. */
  const take = (): Frame | undefined => {
    if (end - start < preludeBytes) return undefined;
    const view = new DataView(buffer.buffer, start, end - start);
    const length = view.getUint32(0);
    const headerBytes = view.getUint32(4);
    const sound =
      view.getUint32(8) === crc32(buffer.subarray(start, start + 8)) &&
      headerBytes <= length - preludeBytes - endBytes;
    if (!sound) return damage;
    if (end - start < length) return undefined;
    const message = buffer.subarray(start, start + length - endBytes);
    if (view.getUint32(length - endBytes) !== crc32(message)) return damage;
    start += length;
    return toFrame(message, preludeBytes + headerBytes);
  };
  return {
    push(bytes) {
      if (broken) return [];
      append(bytes);
      const frames: Frame[] = [];
      for (let frame = take(); frame && !broken; frame = broken ? undefined : take()) {
        frames.push(frame);
        broken = frame === damage;
      }
      return frames;
    },
  };
}

function toFrame(message: Uint8Array, payloadAt: number): Frame {
  const headers = readHeaders(message.subarray(preludeBytes, payloadAt));
  if (headers === undefined) return damage;
  const payload = utf8.decode(message.subarray(payloadAt)) || '{}';
  const type = headers.get(':message-type');
  if (type === 'event') {
    return {
      text: `{${JSON.stringify(headers.get(':event-type') ?? '')}:${payload}}`,
      whole: false,
    };
  }
  const said = { message: headers.get(':error-message') ?? '' };
  const name = headers.get(':exception-type') ?? headers.get(':error-code') ?? '';
  const detail = type === 'error' ? JSON.stringify(said) : payload;
  return { text: `{"exception":${JSON.stringify(name)},"payload":${detail}}`, whole: false };
}

const utf8 = new TextDecoder('utf-8');

/** How long a value is by its type; where it is -1, two bytes say it. */
const valueBytes: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];
const stringType = 7;

/** The headers that are strings; undefined where the bytes are no headers. */
function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd] ?? -1;
    const stated = valueBytes[type];
    if (stated === undefined || (stated === -1 && nameEnd + 3 > bytes.length)) return undefined;
    const valueAt = nameEnd + (stated === -1 ? 3 : 1);
    const valueEnd = valueAt + (stated === -1 ? view.getUint16(nameEnd + 1) : stated);
    if (valueEnd > bytes.length) return undefined;
    const name = utf8.decode(bytes.subarray(at + 1, nameEnd));
    if (type === stringType) headers.set(name, utf8.decode(bytes.subarray(valueAt, valueEnd)));
    at = valueEnd;
  }
  return headers;
}

const crcTable = createCrcTable();

/** https://www.rfc-editor.org/rfc/rfc1952#section-8 */
function createCrcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
