import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';

/** A line has at most this many characters; a longer one is told of once and dropped. */
const mostChars = 4_000_000;

/** Calls `onLine` for each line until the stream ends. A last line without an end is none: it may be half of one. */
export function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  onTooLong: () => void,
): void {
  const decoder = new StringDecoder('utf8');
  let held: string[] = [];
  let length = 0;
  let isDropping = false;
  const add = (piece: string): void => {
    length += piece.length;
    if (length > mostChars && !isDropping) {
      isDropping = true;
      onTooLong();
    }
    if (isDropping) held = [];
    else held.push(piece);
  };
  const end = (): void => {
    const line = held.join('');
    const isWhole = !isDropping;
    held = [];
    length = 0;
    isDropping = false;
    if (isWhole && line.trim() !== '') onLine(line);
  };
  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...rest] = decoder.write(chunk).split('\n');
    add(first);
    for (const piece of rest) {
      end();
      add(piece);
    }
  });
  // A stream that breaks ends with the program.
  stream.on('error', () => {});
}
