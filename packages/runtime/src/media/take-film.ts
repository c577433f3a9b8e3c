import { isCuttleError } from '@cuttle/core-types/errors';
import type { FilmRow, FilmTaker, MediaFacts, MediaReading } from '@cuttle/core-types/ports';
import type { TextCode } from '@cuttle/core-types/texts';
import type { Kernel } from '../kernel.ts';

/** A film in pictures, or why there are none. */
export type FilmTaken =
  | { readonly kind: 'film'; readonly row: FilmRow; readonly taker: FilmTaker }
  | {
      readonly kind: 'none';
      readonly code: TextCode;
      readonly parameters?: Readonly<Record<string, string>>;
    };

export interface Film {
  readonly sha256: string;
  /** Its bytes, read when they are needed. Throws `media.gone`. */
  load(): Promise<{ readonly bytes: Uint8Array; readonly facts: MediaFacts }>;
}

/** The same bytes will not be better the next time. */
const lasting = ['media.unreadable', 'media.too-large'] as const;

/**
 * The pictures of a film: those that are kept, or new ones, which are kept before they are used. What only fails today is said so and tried again by
 * the next run. Rejects with `signal.reason`, or for a broken store.
 */
export async function takeFilm(
  {
    kernel,
    reading,
  }: { readonly kernel: Pick<Kernel, 'store' | 'log'>; readonly reading: MediaReading },
  { sha256, load }: Film,
  signal: AbortSignal,
): Promise<FilmTaken> {
  const taker = await reading.findFilmTaker();
  if (!taker) return { kind: 'none', code: 'media.no-frames' };
  const { journal, reader } = kernel.store;
  const { by } = taker;
  const kept = await reader.findFilm({ sha256, by });
  if (kept) return toTaken(kept, taker);
  try {
    const taken = await taker.takeFrames(await load(), signal);
    return toTaken(await journal.putFilm({ ...taken, sha256, by }), taker);
  } catch (error) {
    signal.throwIfAborted();
    for (const code of ['media.no-decoder', 'media.gone'] as const)
      if (isCuttleError(error, code)) return { kind: 'none', code };
    if (!isCuttleError(error, ...lasting)) throw error;
    kernel.log.warn('A film could not be taken apart.', { sha256, by, error });
    const failed = { sha256, by, hasSound: false, frames: [], failure: error.code };
    return toTaken(await journal.putFilm(failed), taker);
  }
}

function toTaken(row: FilmRow, taker: FilmTaker): FilmTaken {
  return row.failure === undefined
    ? { kind: 'film', row, taker }
    : { kind: 'none', code: 'media.failed', parameters: { code: row.failure } };
}
