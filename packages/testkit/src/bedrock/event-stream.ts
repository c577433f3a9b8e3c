import { crc32 } from 'node:zlib';

/** The names of Amazon's event streams for what a message is. */
export type MessageKind =
  | { readonly type: 'event'; readonly name: string }
  | { readonly type: 'exception'; readonly name: string };

/**
 * One message of an event stream: prelude (total length, length of the headers, their CRC), headers, payload, CRC of
 * all before it. https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function encodeMessage(kind: MessageKind, payload: object | string): Buffer {
  const headers = Buffer.concat([
    encodeHeader(`:${kind.type}-type`, kind.name),
    encodeHeader(':content-type', 'application/json'),
    encodeHeader(':message-type', kind.type),
  ]);
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + headers.length + body.length, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, headers, body]);
  const end = Buffer.alloc(4);
  end.writeUInt32BE(crc32(message), 0);
  return Buffer.concat([message, end]);
}

/** The type of a header's value: a string with two bytes of length. */
const stringType = 7;

function encodeHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value), 0);
  return Buffer.concat([
    Buffer.from([Buffer.byteLength(name)]),
    Buffer.from(name),
    Buffer.from([stringType]),
    length,
    Buffer.from(value),
  ]);
}
