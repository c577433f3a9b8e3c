import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TaintSource } from '@cuttle/core-types';
import type {
  Clock,
  Embedder,
  MemoryFileRow,
  MemoryHit,
  Tool,
  ToolContext,
} from '@cuttle/core-types/ports';
import { createMemory, type Memory, type MemoryDeps } from '../memory/create-memory.ts';
import type { Embedding } from '../memory/memory-index.ts';
import { createMemoryTools } from '../memory/memory-tools.ts';
import { contextOf } from './tool-context.ts';
import { createValueStore } from './value-store.ts';

type Index = MemoryDeps['journal'] & MemoryDeps['reader'];
type Put = Parameters<Index['putMemoryFile']>[0];
interface Row extends Omit<MemoryHit, 'score'> {
  readonly agentId: string;
  readonly readers: readonly string[];
}

/** The index in memory, as its port's contract has it; words are looked for as they are. */
export function createIndexStore(values = createValueStore()): Index & {
  readonly values: typeof values;
  readonly puts: Put[];
} {
  const files = new Map<string, Put>();
  const vectors = new Map<number, { readonly model: string; readonly vector: string }>();
  const ids = new Map<string, number>();
  const puts: Put[] = [];
  const nameOf = (agentId: string, path: string): string => JSON.stringify([agentId, path]);
  const rows = (agentId: string): readonly Row[] =>
    [...files.values()]
      .filter((file) => file.agentId === agentId)
      .flatMap((file) =>
        file.chunks.map((chunk) => {
          const { path, changedAt, readers } = file;
          const name = JSON.stringify([agentId, path, chunk.hash]);
          const chunkId = ids.get(name) ?? ids.size + 1;
          ids.set(name, chunkId);
          return { ...chunk, agentId, path, changedAt, readers, chunkId };
        }),
      );
  const readable = (agentId: string, readers: readonly string[]): readonly Row[] =>
    rows(agentId).filter((row) => row.readers.some((reader) => readers.includes(reader)));
  const best = (found: readonly (Row & { score: number })[], limit: number): MemoryHit[] =>
    found
      .filter(({ score }) => score > 0)
      .toSorted((one, other) => other.score - one.score)
      .slice(0, limit);
  return {
    values,
    puts,
    async putMemoryFile(file) {
      puts.push(file);
      files.set(nameOf(file.agentId, file.path), file);
    },
    removeMemoryFile: async ({ agentId, path }) => files.delete(nameOf(agentId, path)),
    async putMemoryVectors({ model, vectors: put }) {
      for (const { chunkId, vector } of put) vectors.set(chunkId, { model, vector });
    },
    listMemoryFiles: async ({ agentId, after = '', limit }) =>
      [...files.values()]
        .filter((file) => file.agentId === agentId && file.path > after)
        .toSorted((one, other) => (one.path < other.path ? -1 : 1))
        .slice(0, limit)
        .map(({ chunks, ...file }): MemoryFileRow => ({ ...file, chunks: chunks.length })),
    async searchMemoryText({ agentId, readers, query, limit }) {
      const words = query
        .toLowerCase()
        .split(/\W+/u)
        .filter((word) => word.length > 1);
      const found = readable(agentId, readers).map((row) => {
        const text = `${row.heading} ${row.text}`.toLowerCase();
        return { ...row, score: words.filter((word) => text.includes(word)).length };
      });
      return best(found, limit);
    },
    async searchMemoryVectors({ agentId, readers, model, vector, limit }) {
      const wanted = numbersOf(vector);
      const found = readable(agentId, readers).map((row) => {
        const known = vectors.get(row.chunkId);
        const own = known?.model === model ? numbersOf(known.vector) : [];
        return {
          ...row,
          score: own.reduce((sum, value, at) => sum + value * (wanted[at] ?? 0), 0),
        };
      });
      return best(found, limit);
    },
    listUnembedded: async ({ agentId, model, after, limit }) =>
      rows(agentId)
        .filter(({ chunkId }) => chunkId > after && vectors.get(chunkId)?.model !== model)
        .toSorted((one, other) => one.chunkId - other.chunkId)
        .slice(0, limit),
    countMemory: async ({ agentId, model }) => ({
      files: [...files.values()].filter((file) => file.agentId === agentId).length,
      chunks: rows(agentId).length,
      embedded: rows(agentId).filter(({ chunkId }) => vectors.get(chunkId)?.model === model).length,
    }),
    listNamespaces: async ({ prefix, limit }) =>
      [...new Set([...values.values.keys()].map(namespaceOf))]
        .filter((namespace) => namespace.startsWith(prefix))
        .slice(0, limit),
    listValues: values.listValues,
    removeValue: values.removeValue,
  };
}

function namespaceOf(name: string): string {
  const [namespace] = JSON.parse(name) as [string, string]; // as createValueStore writes it
  return namespace;
}

function numbersOf(vector: string): readonly number[] {
  return [...new Float32Array(new Uint8Array(Buffer.from(vector, 'base64')).buffer)];
}

/** Vectors by letters: equal words are close, `meanings` too. */
export function createLetterEmbedder(
  meanings: Readonly<Record<string, string>> = {},
): Embedder & { readonly asked: (readonly string[])[] } {
  const asked: (readonly string[])[] = [];
  return {
    id: 'letters',
    asked,
    async embed({ texts }, signal) {
      signal.throwIfAborted();
      asked.push(texts);
      return { inputTokens: texts.length, vectors: texts.map((text) => toVector(text, meanings)) };
    },
  };
}

function toVector(text: string, meanings: Readonly<Record<string, string>>): Float32Array {
  const vector = new Float32Array(64);
  for (const word of text.toLowerCase().split(/\W+/u).filter(Boolean)) {
    let sum = 7;
    for (const letter of meanings[word] ?? word) sum = (sum * 31 + letter.charCodeAt(0)) % 997;
    vector[sum % 64] = (vector[sum % 64] ?? 0) + 1;
  }
  return vector;
}

export interface MemoryWorld extends AsyncDisposable {
  readonly root: string;
  readonly memory: Memory;
  readonly store: ReturnType<typeof createIndexStore>;
  readonly tools: readonly Tool[];
  readonly warnings: string[];
  /** Unix ms of its clock, which does not go by itself. */
  now: number;
  rootOf(agentId: string): string;
  call(name: string, input: unknown, context?: Partial<ToolContext>): Promise<string>;
  put(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  files(): Promise<readonly string[]>;
}

/** An agent's memory on a disk of its own. `from` goes on with the files and rows of another life. */
export async function openMemoryWorld(
  options: {
    readonly taintOf?: (context: ToolContext) => readonly TaintSource[];
    readonly embedding?: () => Embedding | undefined;
    readonly from?: MemoryWorld;
    readonly store?: ReturnType<typeof createIndexStore>;
  } = {},
): Promise<MemoryWorld> {
  const top = options.from?.root ?? (await mkdtemp(join(tmpdir(), 'cuttle-memory-')));
  const rootOf = (agentId: string): string => (agentId === 'main' ? top : join(top, `.${agentId}`));
  const placeOf = (agentId: string) => ({ root: rootOf(agentId) });
  const store = options.from?.store ?? options.store ?? createIndexStore();
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const log = { debug: () => undefined, info: () => undefined, warn, error: warn };
  const clock: Clock = {
    now: () => world.now,
    monotonic: () => world.now,
    sleep: (_ms, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const embedding = options.embedding ?? (() => undefined);
  const memory = createMemory({ journal: store, reader: store, placeOf, clock, log, embedding });
  const { taintOf } = options;
  const tools = createMemoryTools({ memory, clock, taintOf });
  let keys = 0;
  const world: MemoryWorld = {
    root: top,
    memory,
    store,
    tools,
    warnings,
    rootOf,
    now: Date.UTC(2026, 4, 1, 12, 30),
    async call(name, raw, context) {
      const tool = tools.find((candidate) => candidate.name === name);
      if (!tool) throw new Error(`no tool ${name}`);
      const full =
        context && 'taints' in context
          ? (context as ToolContext) // a NotedContext is a whole one
          : contextOf({ key: `key-${options.from ? 'b' : 'a'}-${(keys += 1)}`, ...context });
      const { signal } = new AbortController();
      return (await tool.run(tool.input.parse(raw), full, signal)).text;
    },
    async put(path, text) {
      await mkdir(dirname(join(top, path)), { recursive: true });
      await writeFile(join(top, path), text);
    },
    read: (path) => readFile(join(top, path), 'utf8'),
    async files() {
      const entries = await readdir(top, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(top.length + 1))
        .toSorted();
    },
    async [Symbol.asyncDispose]() {
      await memory[Symbol.asyncDispose]();
      if (!options.from) await rm(top, { recursive: true });
    },
  };
  return world;
}
