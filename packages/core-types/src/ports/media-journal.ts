import type { CallUsage } from './usage-journal.ts';

export type MediaKind = 'image' | 'audio' | 'document';

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

/** The writing half of what media says. Contract: as of `Journal`. A row goes with its blob. */
export interface MediaJournal {
  /**
   * Keeps what was found, and counts its call, in one transaction. Of two for the same blob, kind and writer the first stays, and is what comes
   * back: a request that is made again has the same bytes. The call of each is counted. Throws `request.not-found` for an unknown blob.
   */
  putMediaText(input: MediaText & { readonly call?: CallUsage | undefined }): Promise<MediaText>;
}

export interface MediaReader {
  /** What is kept of these blobs, the oldest first. At most 100 blobs. */
  findMediaTexts(input: { readonly sha256s: readonly string[] }): Promise<readonly MediaText[]>;
}
