import { crc32 } from 'node:zlib';
import { encodeMessage } from '@cuttle/testkit/bedrock';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventStreamFramer } from './event-stream.ts';
import type { Frame } from './framing.ts';

function framesOf(bytes: Uint8Array, pieceBytes = Infinity): readonly Frame[] {
  const framer = createEventStreamFramer();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    frames.push(...framer.push(bytes.subarray(at, at + pieceBytes)));
  }
  return [...frames, ...framer.end()];
}

const event = (name: string, payload: object | string): Buffer =>
  encodeMessage({ type: 'event', name }, payload);
const damage = { text: '(a damaged message)', whole: false };

describe('an event stream of Amazon', () => {
  it('is its messages under their names, however the bytes come', () => {
    const payloads = fc.array(fc.record({ text: fc.string({ unit: 'binary', maxLength: 300 }) }));
    fc.assert(
      fc.property(payloads, fc.constantFrom(1, 5, 13, 4096, Infinity), (all, pieceBytes) => {
        const bytes = Buffer.concat(all.map((payload) => event('delta', payload)));
        const records = framesOf(bytes, pieceBytes).map(({ text }) => JSON.parse(text));
        expect(records).toEqual(all.map((delta) => ({ delta })));
      }),
    );
  });

  it('tells exceptions and errors from events', () => {
    const exception = encodeMessage(
      { type: 'exception', name: 'throttlingException' },
      { message: 'slow down' },
    );
    expect(framesOf(Buffer.concat([event('a', ''), exception])).map(({ text }) => text)).toEqual([
      '{"a":{}}',
      '{"exception":"throttlingException","payload":{"message":"slow down"}}',
    ]);
  });

  it('grows for a long message in small pieces', () => {
    const payload = { text: 'ü'.repeat(100_000) };
    const [frame, ...rest] = framesOf(event('delta', payload), 7);
    expect(JSON.parse(frame?.text ?? '')).toEqual({ delta: payload });
    expect(rest).toEqual([]);
  });

  it('finds any byte that changed, and reads no further', () => {
    const good = event('delta', { text: 'Hello' });
    const bytes = Buffer.concat([good, good, good]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        const place = good.length + at;
        changed[place] = (changed[place] ?? 0) ^ flip;
        const frames = framesOf(changed);
        expect(frames[0]?.text).toBe('{"delta":{"text":"Hello"}}');
        // A length that says more than there is has a wrong checksum, too.
        expect(frames.slice(1)).toEqual([damage]);
      }),
    );
  });

  it('says nothing of a message that was cut', () => {
    const bytes = event('delta', { text: 'Hello' });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(framesOf(bytes.subarray(0, length))).toEqual([]);
    }
  });

  it('skips headers of other types, and takes none that are broken', () => {
    const withHeader = (header: readonly number[]): Buffer => {
      const plain = event('delta', {});
      const headersEnd = 12 + plain.readUInt32BE(4);
      const headers = Buffer.concat([Buffer.from(header), plain.subarray(12, headersEnd)]);
      return reframed(headers, plain.subarray(headersEnd, -4));
    };
    expect(framesOf(withHeader([1, 97, 0]))).toEqual([{ text: '{"delta":{}}', whole: false }]);
    expect(framesOf(withHeader([1, 97, 9, ...Array.from({ length: 16 }, () => 1)]))).toEqual([
      { text: '{"delta":{}}', whole: false },
    ]);
    expect(framesOf(withHeader([1, 97, 42]))).toEqual([damage]);
    expect(framesOf(withHeader([1, 97, 7, 255, 255]))).toEqual([damage]);
  });

  it('is told from a whole answer, a web page and other text', () => {
    const text = (words: string): Buffer => Buffer.from(words);
    expect(framesOf(text('{"output": "ü"}'), 1)).toEqual([
      { text: '{"output": "ü"}', whole: true },
    ]);
    expect(framesOf(text('data: {"a":1}\n\n'))).toEqual([damage]);
    const framer = createEventStreamFramer();
    framer.push(text('  <!doctype html>'));
    expect(framer.shape).toBe('page');
    expect(framesOf(text(''))).toEqual([]);
  });
});

/** A message with other headers, and with checksums that are right. */
function reframed(headers: Buffer, payload: Buffer): Buffer {
  const crc = (bytes: Buffer): Buffer => {
    const end = Buffer.alloc(4);
    end.writeUInt32BE(crc32(bytes), 0);
    return end;
  };
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(16 + headers.length + payload.length, 0);
  lengths.writeUInt32BE(headers.length, 4);
  const body = Buffer.concat([lengths, crc(lengths), headers, payload]);
  return Buffer.concat([body, crc(body)]);
}
