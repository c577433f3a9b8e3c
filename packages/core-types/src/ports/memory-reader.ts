import type { MemoryChunk, VectorText } from './memory-journal.ts';

/** The reading half of the index over an agent's memory. */
export interface MemoryReader {
  /** In order of the paths; `after` is the last path of the page before. */
  listMemoryFiles(input: {
    agentId: string;
    after?: string | undefined;
    limit: number;
  }): Promise<readonly MemoryFileRow[]>;
  /** Chunks with any of the words, the best first by BM25. */
  searchMemoryText(input: {
    agentId: string;
    readers: readonly string[];
    query: string;
    limit: number;
  }): Promise<readonly MemoryHit[]>;
  /** Chunks by the cosine of their vectors of one model, the closest first. */
  searchMemoryVectors(input: {
    agentId: string;
    readers: readonly string[];
    model: string;
    vector: VectorText;
    limit: number;
  }): Promise<readonly MemoryHit[]>;
  /** Chunks without a vector of this model, in order of their ids. */
  listUnembedded(input: {
    agentId: string;
    model: string;
    after: number;
    limit: number;
  }): Promise<readonly { chunkId: number; hash: string; heading: string; text: string }[]>;
  /** `embedded` counts vectors of this model. */
  countMemory(input: {
    agentId: string;
    model: string;
  }): Promise<{ files: number; chunks: number; embedded: number }>;
  /** Namespaces of values that begin so, in order. */
  listNamespaces(input: { prefix: string; limit: number }): Promise<readonly string[]>;
}

export interface MemoryFileRow {
  readonly path: string;
  readonly hash: string;
  readonly stamp: string;
  readonly bytes: number;
  readonly changedAt: number;
  readonly readers: readonly string[];
  readonly chunks: number;
}

export interface MemoryHit extends MemoryChunk {
  readonly chunkId: number;
  readonly path: string;
  readonly changedAt: number;
  /** Of one search: the higher the better. */
  readonly score: number;
}
