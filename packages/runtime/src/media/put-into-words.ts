import { isCuttleError } from '@cuttle/core-types/errors';
import type {
  FilmFrame,
  MediaFacts,
  MediaKind,
  MediaPayer,
  MediaReading,
  MediaScribe,
  MediaText,
} from '@cuttle/core-types/ports';
import type { TextCode } from '@cuttle/core-types/texts';
import type { Kernel } from '../kernel.ts';

export type Worded =
  | { readonly kind: 'words'; readonly row: MediaText }
  | {
      readonly kind: 'none';
      readonly code: TextCode;
      readonly parameters?: Readonly<Record<string, string>>;
    };

/** One medium is given up after this. */
const mostMs = 90_000;

const nobody: Readonly<Record<MediaKind, TextCode>> = {
  image: 'media.no-sight',
  audio: 'media.no-hearing',
  document: 'media.no-reading',
  video: 'media.no-sight',
};

export interface WordsDeps {
  readonly kernel: Pick<Kernel, 'store' | 'log' | 'point'>;
  readonly reading: MediaReading;
  readonly payer: MediaPayer;
}

export interface Unworded {
  readonly sha256: string;
  readonly kind: MediaKind;
  readonly name: string | undefined;
  /** What is put into words, read when it is needed. */
  load(signal: AbortSignal): Promise<Loaded>;
}

export interface Loaded {
  readonly bytes: Uint8Array;
  readonly facts: MediaFacts;
  /** Of a film that is described. */
  readonly frames?: readonly FilmFrame[] | undefined;
}

/**
 * Makes words for a medium, and keeps them before they are used, so that each is made once. What cannot be made today is said so and tried again
 * by the next run. Rejects with `signal.reason`, or for a broken store.
 */
export async function putIntoWords(
  { kernel, reading, payer }: WordsDeps,
  medium: Unworded,
  signal: AbortSignal,
): Promise<Worded> {
  const { kind } = medium;
  const scribe = await reading.findScribe(kind);
  if (!scribe) return { kind: 'none', code: nobody[kind] };
  return write(kernel, { scribe, kind, medium, payer }, signal);
}

/** What was found before: by whoever writes today, or by anybody where nobody does. */
export async function findWords(
  reading: MediaReading,
  kind: MediaKind,
  rows: readonly MediaText[],
): Promise<Worded | undefined> {
  const known = rows.filter((row) => row.kind === kind);
  if (known.length === 0) return undefined;
  const scribe = await reading.findScribe(kind);
  const row = scribe ? known.find(({ by }) => by === scribe.by) : known[0];
  return row && toWorded(row);
}

function toWorded(row: MediaText): Worded {
  const { failure } = row;
  return failure === undefined
    ? { kind: 'words', row }
    : { kind: 'none', code: 'media.failed', parameters: { code: failure } };
}

async function write(
  { store, log, point }: Pick<Kernel, 'store' | 'log' | 'point'>,
  {
    scribe,
    kind,
    medium,
    payer,
  }: {
    readonly scribe: MediaScribe;
    readonly kind: MediaKind;
    readonly medium: Unworded;
    readonly payer: MediaPayer;
  },
  signal: AbortSignal,
): Promise<Worded> {
  const { sha256 } = medium;
  const keep = { sha256, kind, by: scribe.by };
  try {
    const late = AbortSignal.timeout(mostMs);
    const soon = AbortSignal.any([signal, late]);
    const { name } = medium;
    const words = await scribe.write({ ...(await medium.load(soon)), name }, payer, soon);
    point('media.words.before.commit');
    const row = await store.journal.putMediaText({ ...keep, ...words });
    point('media.words.after.commit');
    return toWorded(row);
  } catch (error) {
    signal.throwIfAborted();
    const code = failureOf(error);
    log.warn('Media could not be put into words.', { ...keep, code, error });
    if (code === 'budget') return { kind: 'none', code: 'media.budget' };
    // The same bytes will not be better the next time.
    if (isCuttleError(error, 'media.unreadable', 'media.too-large'))
      await store.journal.putMediaText({ ...keep, text: '', detail: {}, failure: code });
    return { kind: 'none', code: 'media.failed', parameters: { code } };
  }
}

/** Throws what is not about the medium. */
function failureOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'provider.timeout';
  if (!isCuttleError(error)) throw error;
  if (/^store\.|^run\./.test(error.code)) throw error;
  return error.code.startsWith('budget.') ? 'budget' : error.code;
}
