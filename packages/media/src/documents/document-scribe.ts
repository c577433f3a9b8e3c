import { CuttleError } from '@cuttle/core-types/errors';
import type { Clock, MediaFacts, MediaScribe } from '@cuttle/core-types/ports';
import type { DocumentText } from './read-pdf.ts';
import { readApart, type ThreadLimits } from './read-apart.ts';
import { createTurns } from '../turns.ts';
import { readText } from './read-text.ts';

export interface DocumentScribeDeps {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  /** The main words of a page, without what a reader does not see. */
  readonly readPage: (html: string, signal: AbortSignal) => Promise<string>;
  readonly maxBytes: () => number;
}

export interface DocumentScribeOptions {
  /** The file of the thread, where a bundle has it. */
  readonly worker?: URL | undefined;
  readonly limits?: Partial<ThreadLimits> | undefined;
}

/** Characters that are kept of a document; what a request holds of them is set apart. */
export const maxKeptChars = 200_000;

const threadLimits: ThreadLimits = { timeoutMs: 20_000, maxHeapMb: 512, maxGrowthMb: 600 };
/** Threads at once. */
const mostAtOnce = 2;

const formats: Readonly<Record<string, 'pdf' | 'docx'>> = {
  'application/pdf': 'pdf',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
};

/** Reads the words of documents: text as it is, pages as a reader sees them, PDF and Word in a thread with limits. */
export function createDocumentScribe(
  deps: DocumentScribeDeps,
  { worker, limits }: DocumentScribeOptions = {},
): MediaScribe {
  const thread = {
    url: worker ?? workerFile(),
    limits: { ...threadLimits, ...limits },
    clock: deps.clock,
  };
  const takeTurn = createTurns(mostAtOnce);
  return {
    // Another way of reading gets another number, so that what was read before stays what it was.
    by: 'cuttle/documents-1',
    async write({ bytes, facts }, _payer, signal) {
      requireSize(facts, deps.maxBytes());
      const format = formats[facts.mimeType];
      const { text, pages } = format
        ? await takeTurn(
            () =>
              // A copy: what is handed to a thread is gone here.
              readApart({ format, bytes: bytes.slice(), maxChars: maxKeptChars }, thread, signal),
            signal,
          )
        : await readInPlace(deps, { bytes, facts }, signal);
      const detail = pages === undefined ? {} : { pages };
      return { text: text.trim().slice(0, maxKeptChars), detail };
    },
  };
}

function requireSize({ bytes }: MediaFacts, maxBytes: number): void {
  if (bytes > maxBytes)
    throw new CuttleError(
      'media.too-large',
      `The document has ${bytes} bytes; at most ${maxBytes} are read.`,
    );
}

async function readInPlace(
  { readPage }: DocumentScribeDeps,
  { bytes, facts }: { readonly bytes: Uint8Array; readonly facts: MediaFacts },
  signal: AbortSignal,
): Promise<DocumentText> {
  const text = readText(bytes.subarray(0, maxKeptChars * 4));
  if (facts.mimeType !== 'text/html') return { text };
  return { text: await readPage(readText(bytes), signal) };
}

function workerFile(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../document-worker.ts', import.meta.url)
    : new URL('./document-worker.js', import.meta.url);
}
