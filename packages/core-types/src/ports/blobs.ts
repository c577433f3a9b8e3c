/**
 * Bytes by content. Contract:
 * - `put` resolves with the SHA-256 in hex after the bytes are synced; putting equal bytes twice stores them once;
 * - `read` throws `request.not-found` for an unknown hash, and never returns other bytes than were put.
 */
export interface BlobStore {
  put(bytes: Uint8Array, mimeType: string, signal: AbortSignal): Promise<string>;
  read(sha256: string, signal: AbortSignal): Promise<{ bytes: Uint8Array; mimeType: string }>;
}
