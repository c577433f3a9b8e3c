import type {
  Clock,
  Embedder,
  Journal,
  Log,
  MemoryFileRow,
  Reader,
} from '@cuttle/core-types/ports';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { FoundFile, MemoryFiles } from './memory-files.ts';
import { maxFileBytes } from './memory-files.ts';
import { readersOf } from './memory-path.ts';
import { readShared, splitChunks } from './split-chunks.ts';
import { toVectorText } from './vector-text.ts';

export type IndexJournal = Pick<Journal, 'putMemoryFile' | 'removeMemoryFile' | 'putMemoryVectors'>;
export type IndexReader = Pick<
  Reader,
  'listMemoryFiles' | 'searchMemoryText' | 'searchMemoryVectors' | 'listUnembedded' | 'countMemory'
>;

/** The embedding service and its model that are set up now. */
export interface Embedding {
  readonly embedder: Embedder;
  /** The service's own name of the model. */
  readonly model: string;
}

export interface IndexDeps {
  readonly agentId: string;
  readonly files: MemoryFiles;
  readonly journal: IndexJournal;
  readonly reader: IndexReader;
  readonly clock: Clock;
  readonly log: Log;
}

export interface IndexProblem {
  readonly path: string;
  readonly message: string;
}

/** What the store knows of an agent's files, brought to what is on the disk. */
export interface MemoryIndex {
  /** Reads the files that changed, forgets those that are gone. Returns the folders that hold files. */
  update(signal: AbortSignal): Promise<readonly string[]>;
  /** Reads all files anew. */
  rebuild(signal: AbortSignal): Promise<readonly string[]>;
  /** Embeds the passages that have no vector yet. Throws `provider.*`. */
  embed(embedding: Embedding, signal: AbortSignal): Promise<void>;
  list(): Promise<readonly MemoryFileRow[]>;
  /** Files that could not be read at the last update. */
  problems(): readonly IndexProblem[];
}

export function createMemoryIndex(deps: IndexDeps): MemoryIndex {
  let problems: readonly IndexProblem[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const update = async (
    changedOf: (file: FoundFile, known: MemoryFileRow | undefined) => boolean,
    signal: AbortSignal,
  ): Promise<readonly string[]> => {
    const { files, folders } = await deps.files.scan();
    const known = new Map((await listAll(deps)).map((row) => [row.path, row]));
    const found: IndexProblem[] = [];
    for (const file of files) {
      signal.throwIfAborted();
      const row = known.get(file.path);
      known.delete(file.path);
      if (!changedOf(file, row)) continue;
      const problem = await readFile(deps, file);
      if (problem !== undefined) found.push({ path: file.path, message: problem });
    }
    for (const path of known.keys())
      await deps.journal.removeMemoryFile({ agentId: deps.agentId, path });
    problems = found;
    return folders;
  };
  // One at a time: two at once would read every file twice.
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined); // told to whoever asked for it
    return mine;
  };
  return {
    update: (signal) => inTurn(() => update(({ stamp }, known) => known?.stamp !== stamp, signal)),
    rebuild: (signal) => inTurn(() => update(() => true, signal)),
    embed: (embedding, signal) => embedMissing(deps, embedding, signal),
    list: () => listAll(deps),
    problems: () => problems,
  };
}

async function listAll({ reader, agentId }: IndexDeps): Promise<readonly MemoryFileRow[]> {
  const rows: MemoryFileRow[] = [];
  const limit = 1000;
  for (;;) {
    const page = await reader.listMemoryFiles({ agentId, after: rows.at(-1)?.path, limit });
    rows.push(...page);
    if (page.length < limit) return rows;
  }
}

/** Brings one file into the index. Returns why it could not; then nothing of it is found. */
async function readFile(
  { agentId, files, journal }: IndexDeps,
  { path, bytes }: FoundFile,
): Promise<string | undefined> {
  try {
    if (bytes > maxFileBytes) throw tooLarge(path, bytes);
    const file = await files.find(path);
    // Gone since the scan: the next one sees that.
    if (!file) return undefined;
    const passages = splitChunks(file.text);
    const chunks = passages.map(async (passage) => ({
      ...passage,
      hash: await hashOf(`${passage.heading}\n${passage.text}`),
    }));
    await journal.putMemoryFile({
      agentId,
      path,
      hash: await hashOf(file.text),
      stamp: file.stamp,
      bytes: file.bytes,
      changedAt: file.changedAt,
      readers: readersOf(path, readShared(file.text)),
      chunks: await Promise.all(chunks),
    });
    return undefined;
  } catch (error) {
    if (!isCuttleError(error, 'tool.failed', 'tool.denied')) throw error;
    await journal.removeMemoryFile({ agentId, path });
    return error.message;
  }
}

function tooLarge(path: string, bytes: number): Error {
  return new CuttleError('tool.failed', `"${path}" has ${bytes} bytes; 1 MB is the limit.`);
}

/** SHA-256 in hex. */
export async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}

const batch = 64;

async function embedMissing(
  { agentId, reader, journal }: IndexDeps,
  { embedder, model: name }: Embedding,
  signal: AbortSignal,
): Promise<void> {
  const model = modelOf({ embedder, model: name });
  let after = 0;
  for (;;) {
    const rows = await reader.listUnembedded({ agentId, model, after, limit: batch });
    const last = rows.at(-1);
    if (!last) return;
    after = last.chunkId;
    const texts = rows.map(({ heading, text }) => (heading === '' ? text : `${heading}\n${text}`));
    const { vectors } = await embedder.embed({ model: name, texts, purpose: 'document' }, signal);
    await journal.putMemoryVectors({
      model,
      vectors: rows.flatMap(({ chunkId, hash }, at) => {
        const vector = vectors[at];
        return vector ? [{ chunkId, hash, vector: toVectorText(vector) }] : [];
      }),
    });
  }
}

/** Names vectors that may be compared. */
export function modelOf({ embedder, model }: Embedding): string {
  return `${embedder.id}/${model}`;
}
