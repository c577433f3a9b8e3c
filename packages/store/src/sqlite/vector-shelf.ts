import { type Database, query } from './database.ts';
import type { Nearest } from './nearest.ts';
import { fromStored, type Stored } from './stored-json.ts';
import { product, toVector } from './vector-product.ts';
import { countChunks } from './word-counts.ts';

export interface ShelfPlace {
  readonly agentId: string;
  readonly model: string;
  readonly dimensions: number;
}

/** All vectors of one agent and model, one behind the other in memory. */
export interface Shelf {
  /** Whether it holds what this read transaction sees. */
  isFresh(db: Database): boolean;
  /** Reads the files again that changed since. */
  refresh(db: Database): void;
  bytes(): number;
  search(
    wish: { readonly readers: readonly string[]; readonly wanted: Float32Array },
    best: Nearest,
  ): void;
}

const selectVersion = query<{ version: number }>(
  `SELECT version FROM memory_version WHERE space = 'main' AND agent_id = ?`,
);

/** How often an agent's memory has changed. */
export function findMemoryVersion(db: Database, agentId: string): number {
  return db.find(selectVersion, agentId)?.version ?? 0;
}

/** What the vectors of all passages take. */
export function bytesOfShelf(db: Database, { agentId, dimensions }: ShelfPlace): number {
  return countChunks(db, agentId) * dimensions * bytesOfNumber;
}

const bytesOfNumber = Float32Array.BYTES_PER_ELEMENT;
/** Room for what comes next, so that not every note moves all vectors. */
const spareShare = 0.1;

interface ShelfFile {
  readonly index: number;
  readonly version: number;
  readonly readers: readonly string[];
}

const selectFiles = query<{
  path: string;
  version: number;
  readers: Stored<readonly string[]>;
  chunks: number;
}>(
  `SELECT path, version, readers, chunks FROM memory_file WHERE space = 'main' AND agent_id = ? AND path > '' ORDER BY path`,
);
const selectOfFile = query<{ row: number; vector: Uint8Array }>(
  `SELECT memory_vector.row, memory_vector.vector FROM memory_chunk JOIN memory_vector ON memory_vector.row = memory_chunk.row
WHERE memory_chunk.space = 'main' AND memory_chunk.agent_id = ? AND memory_chunk.path = ? AND memory_vector.model = ?`,
);

export function createShelf({ agentId, model, dimensions }: ShelfPlace): Shelf {
  const slots = createSlots(dimensions);
  const files = new Map<string, ShelfFile>();
  let version = -1;
  const free: number[] = [];
  const takeIndex = (): number => free.pop() ?? files.size;
  return {
    isFresh: (db) => version === findMemoryVersion(db, agentId),
    refresh(db) {
      const rows = db.list(selectFiles, agentId);
      const present = new Set(rows.map(({ path }) => path));
      const gone = [...files.keys()].filter((path) => !present.has(path));
      const changed = rows.filter((row) => files.get(row.path)?.version !== row.version);
      const left = [...gone, ...changed.map(({ path }) => path)];
      const dropped = left.flatMap((path) => files.get(path)?.index ?? []);
      slots.drop(new Set(dropped));
      free.push(...dropped);
      for (const path of left) files.delete(path);
      slots.reserve(changed.reduce((sum, { chunks }) => sum + chunks, 0));
      for (const row of changed) {
        const index = takeIndex();
        files.set(row.path, { index, version: row.version, readers: fromStored(row.readers) });
        db.each(selectOfFile, [agentId, row.path, model], ({ row: chunk, vector }) =>
          slots.put({ chunk, file: index, vector: toVector(vector) }),
        );
      }
      version = findMemoryVersion(db, agentId);
    },
    bytes: slots.bytes,
    search({ readers, wanted }, best) {
      const visible = new Uint8Array(files.size + free.length);
      for (const file of files.values())
        if (file.readers.some((reader) => readers.includes(reader))) visible[file.index] = 1;
      slots.search({ visible, wanted }, best);
    },
  };
}

interface Slots {
  put(vector: {
    readonly chunk: number;
    readonly file: number;
    readonly vector: Float32Array;
  }): void;
  /** Makes room for so many more. */
  reserve(count: number): void;
  drop(files: ReadonlySet<number>): void;
  bytes(): number;
  search(
    wish: { readonly visible: Uint8Array; readonly wanted: Float32Array },
    best: Nearest,
  ): void;
}

/** Vectors side by side in one piece of memory, each with its row and its file. */
function createSlots(dimensions: number): Slots {
  let used = 0;
  let vectors = new Float32Array(0);
  let chunks = new Float64Array(0);
  let owners = new Uint32Array(0);
  const move = (from: number, to: number): void => {
    if (from === to) return;
    vectors.copyWithin(to * dimensions, from * dimensions, (from + 1) * dimensions);
    chunks.copyWithin(to, from, from + 1);
    owners.copyWithin(to, from, from + 1);
  };
  const reserve = (count: number): void => {
    const wanted = used + count;
    if (wanted <= chunks.length) return;
    const room = used === 0 ? wanted : Math.ceil(wanted * (1 + spareShare));
    const [oldVectors, oldChunks, oldOwners] = [vectors, chunks, owners];
    vectors = new Float32Array(room * dimensions);
    chunks = new Float64Array(room);
    owners = new Uint32Array(room);
    vectors.set(oldVectors.subarray(0, used * dimensions));
    chunks.set(oldChunks.subarray(0, used));
    owners.set(oldOwners.subarray(0, used));
  };
  return {
    reserve,
    put({ chunk, file, vector }) {
      if (vector.length !== dimensions) return;
      reserve(1);
      vectors.set(vector, used * dimensions);
      chunks[used] = chunk;
      owners[used] = file;
      used += 1;
    },
    drop(files) {
      if (files.size === 0) return;
      let kept = 0;
      for (let slot = 0; slot < used; slot += 1) {
        if (files.has(owners[slot] ?? 0)) continue;
        move(slot, kept);
        kept += 1;
      }
      used = kept;
    },
    bytes: () => vectors.byteLength + chunks.byteLength + owners.byteLength,
    search({ visible, wanted }, best) {
      for (let slot = 0; slot < used; slot += 1)
        if (visible[owners[slot] ?? 0] === 1)
          best.put(chunks[slot] ?? 0, product(vectors, wanted, slot * dimensions));
    },
  };
}
