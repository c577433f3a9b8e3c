import type { CallUsage } from './usage-journal.ts';

export type MediaKind = 'image' | 'audio' | 'document' | 'video';

export interface MediaDetail {
  readonly pages?: number | undefined;
  readonly durationMs?: number | undefined;
}

/** What was found in the bytes of a blob, or why they can never be read. */
export interface MediaText {
  readonly sha256: string;
  readonly kind: MediaKind;
  /** Who wrote it: `<provider>/<model>`, or what reads documents with its version. */
  readonly by: string;
  /** Empty where there is a `failure`. */
  readonly text: string;
  readonly detail: MediaDetail;
  /** A code of `media.*`. */
  readonly failure?: string | undefined;
}

/** One picture of a film, and when it is seen. */
export interface FilmFrame {
  readonly atMs: number;
  readonly width: number;
  readonly height: number;
  /** A JPEG in base64, as it is kept and sent. */
  readonly data: string;
}

/** What a film was taken apart into. */
export interface TakenFilm {
  /** Undefined: the film does not say. */
  readonly durationMs?: number | undefined;
  readonly hasSound: boolean;
  /** In their order in time; none where the film has no pictures. */
  readonly frames: readonly FilmFrame[];
}

/** What is kept of a film that was taken apart, or why its bytes can never be. */
export interface FilmRow extends TakenFilm {
  readonly sha256: string;
  /** What took it apart, and into how many pictures. */
  readonly by: string;
  /** A code of `media.*`; there are no frames then. */
  readonly failure?: string | undefined;
}

/** What became of one medium that a messenger held: its bytes are here under their hash, or it is known that they never will be. */
export type FetchedMedia =
  | {
      readonly kind: 'blob';
      readonly sha256: string;
      /** What the bytes are. */
      readonly type: MediaKind;
      readonly mimeType: string;
    }
  | { readonly kind: 'failed'; readonly code: string };

/** The writing half of what media says. Contract: as of `Journal`. A row goes with its blob. */
export interface MediaJournal {
  /**
   * Keeps what was found, and counts its call, in one transaction. Of two for the same blob, kind and writer the first stays, and is what comes
   * back: a request that is made again has the same bytes. The call of each is counted. Throws `request.not-found` for an unknown blob.
   */
  putMediaText(input: MediaText & { readonly call?: CallUsage | undefined }): Promise<MediaText>;
  /** Keeps the pictures of a film. Of two for the same blob and taker the first stays, and is what comes back. Throws `request.not-found` for an unknown blob. */
  putFilm(input: FilmRow): Promise<FilmRow>;
  /**
   * Keeps what became of a medium that came with a message; transcripts read from then on have it in the place of its `channel` source. The first
   * stays, and is what comes back. The row goes with its message. Throws `request.not-found` for an unknown message or blob.
   */
  putFetchedMedia(input: {
    readonly inboundId: string;
    readonly index: number;
    readonly fetched: FetchedMedia;
  }): Promise<FetchedMedia>;
}

export interface MediaReader {
  /** What is kept of these blobs, the oldest first. At most 100 blobs. */
  findMediaTexts(input: { readonly sha256s: readonly string[] }): Promise<readonly MediaText[]>;
  findFilm(input: { readonly sha256: string; readonly by: string }): Promise<FilmRow | undefined>;
}
