/**
 * Bytes by content. Contract:
 * - `put` resolves with the SHA-256 in hex after the bytes are synced; putting equal bytes twice stores them once;
 * - `read` throws `request.not-found` for an unknown hash, and never returns other bytes than were put;
 * - `free` takes away what no row of the store names and what was put last before `before` (Unix ms), with files that never came to a row,
 *   one after the other. What was put since then stays, as its message may still be on its way. Cut off anywhere, it is asked again.
 */
export interface BlobStore {
  put(bytes: Uint8Array, mimeType: string, signal: AbortSignal): Promise<string>;
  read(sha256: string, signal: AbortSignal): Promise<{ bytes: Uint8Array; mimeType: string }>;
  free(input: { readonly before: number }, signal: AbortSignal): Promise<FreedBlobs>;
}

export interface FreedBlobs {
  readonly count: number;
  readonly bytes: number;
  /** Files that could not be removed; the next time they are tried again. */
  readonly stuck: number;
}
