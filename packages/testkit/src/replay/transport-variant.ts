import { brotliCompressSync, constants } from 'node:zlib';
import { mapJson, mapSseData, splitEvents } from './body-events.ts';
import type { RecordedCase } from './recorded-case.ts';

/** What a right client makes of a variant: the same answer, the same or a clear error, or an error. */
export type VariantOutcome = 'same' | 'same-or-error' | 'error';

/** How an answer's bytes leave. */
export interface Delivery {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Each is written and flushed by itself. */
  readonly writes: readonly Buffer[];
  readonly pauseMs: number;
  /** `stall` waits for the client to leave, `cut` destroys the socket, `fin` closes it cleanly too soon. */
  readonly ending: 'complete' | 'stall' | 'cut' | 'fin';
  readonly framing: 'chunked' | 'length' | 'http-1.0';
  readonly encoding: 'plain' | 'gzip-per-write';
}

export interface TransportVariant {
  readonly expect: VariantOutcome;
  /** Which recordings can be delivered so; all of them if absent. */
  applies?(recorded: RecordedCase): boolean;
  deliver(recorded: RecordedCase): Delivery;
}

/** How small the bytes become is nothing to the client, and the smallest take the longest. */
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY } };

const isSse = ({ framing }: RecordedCase): boolean => framing === 'sse';
const isText = ({ framing }: RecordedCase): boolean => framing !== 'event-stream';
const isBreakable = ({ body, status }: RecordedCase): boolean => body.length > 1 && status === 200;

/** Ways to deliver the same recorded body; a client must not notice any of those that expect the same. */
export const transportVariants = {
  'one-chunk': { expect: 'same', deliver: (recorded) => plain(recorded, [recorded.body]) },
  'byte-by-byte': {
    expect: 'same',
    applies: ({ body }) => body.length <= 20_000,
    deliver: (recorded) => plain(recorded, slices(recorded.body, 1)),
  },
  'chunks-7': {
    expect: 'same',
    applies: ({ body }) => body.length <= 200_000,
    deliver: (recorded) => plain(recorded, slices(recorded.body, 7)),
  },
  'split-crlf': {
    expect: 'same',
    applies: ({ body }) => body.includes('\r\n'),
    deliver: (recorded) => plain(recorded, splitBetween(recorded.body, '\r', '\n')),
  },
  'crlf-lines': rewritten((words) => words.replaceAll(/\r?\n/g, '\r\n')),
  'cr-lines': rewritten((words) => words.replaceAll(/\r?\n/g, '\r')),
  bom: rewritten((words) => `\uFEFF${words}`),
  comments: {
    expect: 'same',
    applies: isSse,
    deliver: (recorded) => withComments(recorded),
  },
  'unknown-event': {
    expect: 'same',
    applies: isSse,
    deliver: (recorded) => insertedAt(recorded, 1, futureEvent),
  },
  'extra-fields': {
    expect: 'same',
    applies: isText,
    deliver: (recorded) => plain(recorded, [withExtraFields(recorded)]),
  },
  'multi-data-lines': {
    expect: 'same',
    applies: isSse,
    deliver: (recorded) =>
      plain(recorded, [mapSseData(recorded.body, (data) => JSON.stringify(data, undefined, 1))]),
  },
  'no-space': rewritten((words) => words.replaceAll(/^(data|event): /gm, '$1:')),
  'no-final-blank': rewritten((words) => words.replace(/(\r?\n)+$/, '\n')),
  'no-done': {
    expect: 'same',
    applies: (recorded) => isSse(recorded) && recorded.body.includes('data: [DONE]'),
    deliver: (recorded) => plain(recorded, [replaced(recorded, /data: \[DONE\]\s*$/, '')]),
  },
  gzip: {
    expect: 'same',
    deliver: (recorded) => ({
      ...plain(recorded, eventsOf(recorded)),
      headers: { ...headersOf(recorded), 'content-encoding': 'gzip' },
      encoding: 'gzip-per-write',
    }),
  },
  br: {
    expect: 'same',
    applies: ({ framing }) => framing === 'whole',
    deliver: (recorded) => ({
      ...plain(recorded, [brotliCompressSync(recorded.body, quick)]),
      headers: { ...headersOf(recorded), 'content-encoding': 'br' },
    }),
  },
  'content-length': {
    expect: 'same',
    deliver: (recorded) => ({ ...plain(recorded, [recorded.body]), framing: 'length' }),
  },
  'http10-close': {
    expect: 'same',
    deliver: (recorded) => ({ ...plain(recorded, [recorded.body]), framing: 'http-1.0' }),
  },
  slow: {
    expect: 'same',
    applies: (recorded) => eventsOf(recorded).length > 1,
    deliver: (recorded) => ({ ...plain(recorded, eventsOf(recorded)), pauseMs: 300 }),
  },
  stall: { expect: 'error', applies: isBreakable, deliver: (recorded) => half(recorded, 'stall') },
  cut: { expect: 'error', applies: isBreakable, deliver: (recorded) => half(recorded, 'cut') },
  'fin-early': {
    expect: 'error',
    applies: isBreakable,
    deliver: (recorded) => half(recorded, 'fin'),
  },
  'garbage-line': {
    expect: 'same-or-error',
    applies: isSse,
    deliver: (recorded) =>
      insertedAt(recorded, Math.ceil(eventsOf(recorded).length / 2), 'data: {not json}\n\n'),
  },
  'wrong-content-type': {
    expect: 'same-or-error',
    deliver: (recorded) => ({
      ...plain(recorded, [recorded.body]),
      headers: { ...headersOf(recorded), 'content-type': 'text/plain' },
    }),
  },
  'html-200': {
    expect: 'error',
    deliver: (recorded) => ({
      ...plain(recorded, [Buffer.from(loginPage)]),
      status: 200,
      headers: { 'content-type': 'text/html' },
    }),
  },
  abort: {
    expect: 'error',
    applies: (recorded) => eventsOf(recorded).length > 1,
    deliver: (recorded) => ({
      ...plain(recorded, eventsOf(recorded).slice(0, -1)),
      ending: 'stall',
    }),
  },
} as const satisfies Readonly<Record<string, TransportVariant>>;

export type BodyVariantId = keyof typeof transportVariants;

/** The ids of the variants in which this recording can be delivered. */
export function bodyVariantsOf(recorded: RecordedCase): readonly BodyVariantId[] {
  // The keys of an object literal are its type's keys.
  const ids = Object.keys(transportVariants) as BodyVariantId[];
  return ids.filter((id) => {
    const variant: TransportVariant = transportVariants[id];
    return variant.applies?.(recorded) ?? true;
  });
}

/** The recording as it is, in one write. */
export function deliverAsRecorded(recorded: RecordedCase): Delivery {
  return plain(recorded, [recorded.body]);
}

function plain(recorded: RecordedCase, writes: readonly Buffer[]): Delivery {
  return {
    status: recorded.status,
    headers: headersOf(recorded),
    writes,
    pauseMs: 0,
    ending: 'complete',
    framing: 'chunked',
    encoding: 'plain',
  };
}

const framingHeaders = new Set([
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
]);

function headersOf({ headers }: RecordedCase): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !framingHeaders.has(name.toLowerCase())),
  );
}

function eventsOf({ body, framing }: RecordedCase): readonly Buffer[] {
  return splitEvents(body, framing);
}

function slices(body: Buffer, size: number): readonly Buffer[] {
  const count = Math.ceil(body.length / size);
  return Array.from({ length: count }, (_, at) => body.subarray(at * size, (at + 1) * size));
}

function splitBetween(body: Buffer, left: string, right: string): readonly Buffer[] {
  const parts = body.toString('latin1').split(left + right);
  return parts.map((part, index) => {
    const head = index === 0 ? '' : right;
    const tail = index === parts.length - 1 ? '' : left;
    return Buffer.from(head + part + tail, 'latin1');
  });
}

function rewritten(rewrite: (words: string) => string): TransportVariant {
  return {
    expect: 'same',
    applies: isSse,
    deliver: (recorded) => plain(recorded, [Buffer.from(rewrite(recorded.body.toString('utf8')))]),
  };
}

function replaced({ body }: RecordedCase, pattern: RegExp, by: string): Buffer {
  return Buffer.from(body.toString('utf8').replace(pattern, by));
}

function withComments(recorded: RecordedCase): Delivery {
  const keepAlive = Buffer.from(': keep-alive\n\n');
  const head = Buffer.from(': OPENROUTER PROCESSING\n\n'.repeat(20));
  const events = eventsOf(recorded).flatMap((event) => [keepAlive, event]);
  return plain(recorded, [Buffer.concat([head, ...events])]);
}

const futureEvent = 'event: future_event\ndata: {"type":"future_event"}\n\n';

function insertedAt(recorded: RecordedCase, at: number, words: string): Delivery {
  const events = eventsOf(recorded);
  return plain(recorded, [
    Buffer.concat([...events.slice(0, at), Buffer.from(words), ...events.slice(at)]),
  ]);
}

function withExtraFields({ body, framing }: RecordedCase): Buffer {
  const add = (data: Record<string, unknown>): string =>
    JSON.stringify({ ...data, x_future_field: { a: [1, null, 'ü'] }, x_future_flag: true });
  return framing === 'sse' ? mapSseData(body, add) : mapJson(body, add);
}

/** Half of the bytes, but never so many that the whole answer is already there. */
function half(recorded: RecordedCase, ending: 'stall' | 'cut' | 'fin'): Delivery {
  const { body } = recorded;
  return { ...plain(recorded, [body.subarray(0, Math.floor(body.length / 2))]), ending };
}

const loginPage =
  '<!doctype html><html><head><title>Sign in</title></head><body><form action="/login"><input name="user"></form></body></html>\n';
