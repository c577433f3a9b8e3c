import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramer, type Framing } from './framing.ts';
import { createLineSplitter } from './lines.ts';

function framesOf(text: string, framing: Framing, pieceBytes = Infinity): string[] {
  const bytes = new TextEncoder().encode(text);
  const framer = createFramer(framing);
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes)
    for (const frame of framer.push(bytes.subarray(at, at + pieceBytes))) frames.push(frame.text);
  for (const frame of framer.end()) frames.push(frame.text);
  return frames;
}

describe('lines', () => {
  it('are the same however the text comes in pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'bc', '\n', '\r', '\r\n', '')),
        fc.integer({ min: 1, max: 4 }),
        (parts, size) => {
          const text = parts.join('');
          const splitter = createLineSplitter();
          const lines: string[] = [];
          for (let at = 0; at < text.length; at += size)
            lines.push(...splitter.push(text.slice(at, at + size)));
          lines.push(splitter.end());
          expect(lines).toEqual(text.split(/\r\n|\r|\n/));
        },
      ),
    );
  });
});

describe('a stream of server-sent events', () => {
  it.each([
    ['one event', 'data: {"a":1}\n\n', ['{"a":1}']],
    ['no space', 'data:{"a":1}\n\n', ['{"a":1}']],
    ['several lines of data', 'data: {"a":\ndata: 1}\n\n', ['{"a":\n1}']],
    ['names, ids and comments', ': hi\nevent: x\nid: 1\nretry: 5\ndata: y\n\n', ['y']],
    ['CR and CRLF', 'data: a\r\rdata: b\r\n\r\ndata: c\n\n', ['a', 'b', 'c']],
    ['a mark of byte order', '\uFEFFdata: a\n\n', ['a']],
    ['no blank line at the end', 'data: a\n\ndata: b', ['a', 'b']],
    ['nothing', '', []],
    ['empty data', 'data:\n\ndata: \n\n', ['', '']],
    ['words that are no event', 'upstream connect error', []],
  ])('is read with %s', (_what, text, frames) => {
    for (const size of [1, 3, Infinity]) expect(framesOf(text, 'sse', size)).toEqual(frames);
  });

  it('keeps characters whole that come in halves', () => {
    expect(framesOf('data: "Zürich 🙂"\n\n', 'sse', 1)).toEqual(['"Zürich 🙂"']);
  });

  it('is told from a whole answer and from a web page', () => {
    expect(framesOf(' {"a":\n1}', 'sse', 2)).toEqual([' {"a":\n1}']);
    const framer = createFramer('sse');
    framer.push(new TextEncoder().encode('<!doctype html>'));
    expect(framer.shape).toBe('page');
  });
});

describe('a beginning that never ends', () => {
  it.each<[string, string, Framing]>([
    ['blanks', ' ', 'sse'],
    ['blanks', '\n', 'ndjson'],
    ['a record in one line', '[0', 'ndjson'],
  ])('costs linear time in small pieces: %s as %s', (_what, text, framing) => {
    const framer = createFramer(framing);
    const first = new TextEncoder().encode(text);
    const piece = new TextEncoder().encode(text.slice(-1).repeat(32));
    framer.push(first);
    for (let count = 0; count < 200_000; count += 1) framer.push(piece);
    expect(framer.shape).toBe('unknown');
  });
});

describe('a stream of lines', () => {
  it.each([
    ['records', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['no end of the last line', '{"a":1}\r\n\r\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['one record without an end', '{"a":1}', ['{"a":1}']],
    ['one record in many lines', '{\n "a": 1\n}', ['{\n "a": 1\n}']],
  ])('is read with %s', (_what, text, frames) => {
    for (const size of [1, 3, Infinity]) expect(framesOf(text, 'ndjson', size)).toEqual(frames);
  });
});
