import type { TaintSource } from '../principal.ts';

/** A passage of a file, found as one. */
export interface MemoryChunk {
  /** Lines from 1, both included. */
  readonly from: number;
  readonly to: number;
  /** The headings it stands under, outermost first. */
  readonly heading: string;
  readonly text: string;
  /** Of heading and text: a chunk with the same one need not be embedded again. */
  readonly hash: string;
  readonly taint: readonly TaintSource[];
}

/**
 * A vector as it is stored and crosses threads: base64 of little-endian Float32 of length one. Vectors of different models
 * are never compared.
 */
export type VectorText = string;

/** The index over an agent's memory. The files are the truth: whatever is here can be made again from them. */
export interface MemoryJournal {
  /**
   * What a file holds now, in place of what it held. A chunk that it held already keeps its vector.
   * `readers` name who may find it; a search finds what one of its own readers may.
   */
  putMemoryFile(input: {
    agentId: string;
    path: string;
    hash: string;
    /** Changes when the file on the disk does. */
    stamp: string;
    bytes: number;
    /** Unix ms of the last change. */
    changedAt: number;
    readers: readonly string[];
    chunks: readonly MemoryChunk[];
  }): Promise<void>;
  removeMemoryFile(input: { agentId: string; path: string }): Promise<boolean>;
  /** Vectors of chunks that are still as they were embedded; one of another model is replaced. */
  putMemoryVectors(input: {
    model: string;
    vectors: readonly { chunkId: number; hash: string; vector: VectorText }[];
  }): Promise<void>;
}
