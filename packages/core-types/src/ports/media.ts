import type { CallUsage } from './usage-journal.ts';
import type { FilmFrame, MediaDetail, MediaKind, TakenFilm } from './media-journal.ts';

/** What bytes are, by what they begin with. A declared type is only believed where it says which text they are. */
export interface MediaFacts {
  /** `other`: nothing that can be put into words. */
  readonly kind: MediaKind | 'other';
  readonly mimeType: string;
  readonly bytes: number;
  /** Pixels, where the format says so in its first bytes. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** Whose call it is: theirs are the usage and the budgets. */
export interface MediaPayer {
  readonly agentId: string;
  readonly personId: string;
}

/** What media says. */
export interface MediaWords {
  readonly text: string;
  readonly detail: MediaDetail;
  /** The call it took; absent where it took none. */
  readonly call?: CallUsage | undefined;
}

/**
 * Puts media of one kind into words. Contract:
 * - hostile bytes end as `media.unreadable` or `media.too-large`, never hang, and never harm another call;
 * - what a service or a budget refuses throws as of `ModelProvider`, `provider.*`, or `budget.*`: it may work another time;
 * - it rejects with `signal.reason` soon after an abort.
 */
export interface MediaScribe {
  /** Who writes: another one may write other words about the same bytes. */
  readonly by: string;
  write(
    media: {
      readonly bytes: Uint8Array;
      readonly facts: MediaFacts;
      readonly name?: string | undefined;
      /** Of a film: its pictures, which are what is described. */
      readonly frames?: readonly FilmFrame[] | undefined;
    },
    payer: MediaPayer,
    signal: AbortSignal,
  ): Promise<MediaWords>;
}

/**
 * Takes films apart for models that take none as such. Contract:
 * - hostile bytes end as `media.unreadable` or `media.too-large`, within limits of time, memory and size; no other file and no address is
 *   ever opened for them, and no trace of them stays;
 * - where nothing on the machine can take films apart it throws `media.no-decoder`;
 * - it rejects with `signal.reason` soon after an abort.
 */
export interface FilmTaker {
  /** What takes apart, and into how many pictures. */
  readonly by: string;
  takeFrames(
    film: { readonly bytes: Uint8Array; readonly facts: MediaFacts },
    signal: AbortSignal,
  ): Promise<TakenFilm>;
  /** Its sound alone, as `audio/mp4`. */
  takeSound(
    film: { readonly bytes: Uint8Array; readonly facts: MediaFacts },
    signal: AbortSignal,
  ): Promise<Uint8Array>;
}

/** What can be told of media without a model that takes it. */
export interface MediaReading {
  /** Pure; looks at the first bytes alone. */
  inspect(
    bytes: Uint8Array,
    declared: { readonly mimeType: string; readonly name?: string | undefined },
  ): MediaFacts;
  /** Who would put such media into words; undefined where nothing that is set up can. */
  findScribe(kind: MediaKind): Promise<MediaScribe | undefined>;
  /** Who takes films apart; undefined where its owner wants no pictures of them. */
  findFilmTaker(): Promise<FilmTaker | undefined>;
  /** Bytes of one medium that are fetched from a messenger. */
  maxFetchedBytes(): number;
  /** Characters of one medium's words that a request holds. */
  maxTextChars(): number;
}
