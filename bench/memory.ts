import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';
import { createMemory, type Memory } from '@cuttle/tools';
import { atMost, type Bench, figure, quantile } from './report.ts';

const [notesPerFile, dimensions] = [20, 384];
const [files, manyFiles] = [1000, 2500];
type Words = readonly string[];
const numbered = (at: number): string =>
  ((at + 1) * 2_654_435_761).toString(36).split('').toReversed().join('').replaceAll(/\d/g, 'e');
// No two begin alike, as little as words of a language do; and all of them alike, as the names of things made in series do.
const differing: Words = Array.from({ length: 4000 }, (_, at) => numbered(at));
const alike: Words = ['containers', ...differing.map((word) => `container${word}`)];

/** As fast as no service is: what is measured is ours. */
const embedder: Embedder = {
  id: 'bench',
  embed: async ({ texts }) => ({ inputTokens: 0, vectors: texts.map(toVector) }),
};

function toVector(text: string): Float32Array {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  return Float32Array.from({ length: dimensions }, (_, at) => Math.sin(hash + at));
}

/** How long a search over many notes takes, and how long they take to be read. */
export const memoryBench: Bench = {
  name: 'memory',
  title: `${files * notesPerFile} and ${manyFiles * notesPerFile} passages, vectors of ${dimensions}`,
  async run(report) {
    const note = `${files} files, ${files * notesPerFile} passages`;
    await withNotes({ files, words: differing }, async (notes) => {
      const limit = 30_000;
      report(atMost('index from nothing', notes.indexedMs, { limit, unit: 'ms', note }));
      report(figure('read all again', await notes.rebuildMs(), { unit: 'ms' }));
      const byWords = await notes.searchMs('text');
      report(atMost('a search by words, p95', byWords, { limit: 20, unit: 'ms', note }));
      const hybrid = await notes.searchMs('hybrid');
      const name = 'a search by words and meaning, p95';
      report(atMost(name, hybrid, { limit: 25, unit: 'ms', note }));
    });
    await withNotes({ files, words: alike }, async (notes) => {
      const name = 'a search by words that begin alike, p95';
      report(atMost(name, await notes.searchMs('text'), { limit: 20, unit: 'ms', note }));
    });
    await withNotes({ files: manyFiles, words: differing }, async (notes) => {
      const many = `${manyFiles} files, ${manyFiles * notesPerFile} passages`;
      const name = 'the same by words and meaning, p95';
      report(atMost(name, await notes.searchMs('hybrid'), { limit: 60, unit: 'ms', note: many }));
    });
  },
};

interface Notes {
  readonly indexedMs: number;
  rebuildMs(): Promise<number>;
  searchMs(mode: 'text' | 'hybrid'): Promise<number>;
}

/** A memory over files of notes, on the disk and in the index. */
async function withNotes(
  { files: count, words }: { readonly files: number; readonly words: Words },
  measure: (notes: Notes) => Promise<void>,
): Promise<void> {
  await using made = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-bench-memory-'));
  made.defer(() => rm(home, { recursive: true }));
  await mkdir(join(home, 'memory'));
  for (let file = 0; file < count; file += 1)
    await writeFile(join(home, 'memory', `${file}.md`), textOf(file, words));
  const store = made.use(
    await openSqliteStore({ path: join(home, 'c.db'), blobsPath: join(home, 'blobs') }),
  );
  const clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
  };
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  const parts = { journal: store.journal, reader: store.reader, clock, log };
  const placeOf = () => ({ root: home });
  const byWords = made.use(createMemory({ ...parts, placeOf, embedding: () => undefined }));
  const { signal } = new AbortController();
  const start = performance.now();
  await byWords.list('main', signal);
  const indexedMs = performance.now() - start;
  await measure({
    indexedMs,
    async rebuildMs() {
      const from = performance.now();
      await byWords.rebuild('main', signal);
      return performance.now() - from;
    },
    async searchMs(mode) {
      if (mode === 'text') return timeSearches(byWords, { words, mode }, signal);
      const embedding = () => ({ embedder, model: 'm' });
      await using hybrid = createMemory({ ...parts, placeOf, embedding });
      await hybrid.rebuild('main', signal);
      return await timeSearches(hybrid, { words, mode }, signal);
    },
  });
}

async function timeSearches(
  memory: Pick<Memory, 'search'>,
  { words, mode }: { readonly words: Words; readonly mode: 'text' | 'hybrid' },
  signal: AbortSignal,
): Promise<number> {
  const took: number[] = [];
  for (let turn = 0; turn < 60; turn += 1) {
    const query = [0, 13, 29, 1].map((step) => wordAt(words, turn * step)).join(' ');
    const from = performance.now();
    const input = { agentId: 'main', readers: ['owner'], query, limit: 8 };
    const found = await memory.search(input, signal);
    if (turn >= 10) took.push(performance.now() - from);
    if (found.mode !== mode || found.hits.length === 0) throw new TypeError('Nothing was found.');
  }
  return quantile(took, 0.95);
}

function wordAt(words: Words, at: number): string {
  return words[at % words.length] ?? '';
}

function textOf(file: number, words: Words): string {
  const notes = Array.from({ length: notesPerFile }, (_, note) => {
    const at = file * 31 + note * 17;
    const line = Array.from({ length: 12 }, (_word, step) => wordAt(words, at * (step + 1)));
    return `## ${wordAt(words, at)}\n\n${line.join(' ')}.\n`;
  });
  return `# ${file}\n\n${notes.join('\n')}`;
}
