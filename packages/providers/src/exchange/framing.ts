import { createLineSplitter } from './lines.ts';

/** How a service separates the records of a streamed answer. */
export type Framing = 'sse' | 'ndjson';

/** One record: its JSON text, and whether it is the whole answer at once instead of a part of the stream. */
export interface Frame {
  readonly text: string;
  readonly whole: boolean;
}

/** Bytes in pieces → records. Never throws: what is not a record is skipped or returned for the decoder to judge. */
export interface Framer {
  push(bytes: Uint8Array): readonly Frame[];
  end(): readonly Frame[];
}

/** The way an answer begins decides what it is; content types of compatible services are not to be trusted. */
export type Shape = 'unknown' | 'stream' | 'whole' | 'page';

export function createFramer(framing: Framing): Framer & { readonly shape: Shape } {
  // Skips a byte order mark, and holds back half of a character.
  const text = new TextDecoder('utf-8');
  const stream = framing === 'sse' ? createSseReader() : createNdjsonReader();
  const judge = createShapeJudge(framing);
  let shape: Shape = 'unknown';
  // Pieces, joined once: a beginning that never ends costs linear time.
  let held: string[] = [];
  const feed = (piece: string): readonly Frame[] => {
    if (shape === 'stream') return toFrames(stream.push(piece));
    held.push(piece);
    if (shape === 'unknown') shape = judge(piece);
    if (shape !== 'stream') return [];
    const first = held.join('');
    held = [];
    return toFrames(stream.push(first));
  };
  return {
    get shape() {
      return shape;
    },
    push: (bytes) => feed(text.decode(bytes, { stream: true })),
    end() {
      const frames = [...feed(text.decode())];
      if (shape === 'stream') return [...frames, ...toFrames(stream.end())];
      // One short line of NDJSON without its end is a whole answer, too.
      const rest = held.join('');
      return rest.trim() === '' ? frames : [...frames, { text: rest, whole: true }];
    },
  };
}

/** Told the beginning of an answer piece by piece, of which none is looked at twice. */
function createShapeJudge(framing: Framing): (piece: string) => Shape {
  let judgeLine: ((piece: string) => Shape) | undefined;
  return (piece) => {
    if (judgeLine) return judgeLine(piece);
    const text = piece.trimStart();
    if (text === '') return 'unknown';
    if (text.startsWith('<')) return 'page';
    if (!/^[[{]/.test(text)) return 'stream';
    if (framing === 'sse') return 'whole';
    judgeLine = createLineJudge();
    return judgeLine(text.slice(1));
  };
}

/** The first line of NDJSON is a record; pretty-printed JSON breaks its line right after the brace. */
function createLineJudge(): (piece: string) => Shape {
  let isBare = true;
  return (piece) => {
    const end = piece.search(/[\r\n]/);
    const line = end === -1 ? piece : piece.slice(0, end);
    isBare &&= line.trim() === '';
    if (end === -1) return 'unknown';
    return isBare ? 'whole' : 'stream';
  };
}

function toFrames(texts: readonly string[]): readonly Frame[] {
  return texts.map((text) => ({ text, whole: false }));
}

interface RecordReader {
  push(text: string): readonly string[];
  end(): readonly string[];
}

/**
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 * Only `data` is read: every dialect repeats the event's name inside it.
 */
function createSseReader(): RecordReader {
  const lines = createLineSplitter();
  let data: string[] = [];
  const take = (line: string, records: string[]): void => {
    if (line === '') {
      if (data.length > 0) records.push(data.join('\n'));
      data = [];
    } else if (line.startsWith('data:')) {
      data.push(line.startsWith(' ', 5) ? line.slice(6) : line.slice(5));
    }
  };
  return {
    push(text) {
      const records: string[] = [];
      for (const line of lines.push(text)) take(line, records);
      return records;
    },
    end() {
      // The standard drops an event without its blank line; services forget the last one.
      const records: string[] = [];
      take(lines.end(), records);
      take('', records);
      return records;
    },
  };
}

function createNdjsonReader(): RecordReader {
  const lines = createLineSplitter();
  return {
    push: (text) => lines.push(text).filter((line) => line.trim() !== ''),
    end: () => [lines.end()].filter((line) => line.trim() !== ''),
  };
}
