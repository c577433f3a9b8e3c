import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';
import { createMemory } from '@cuttle/tools';
import { atMost, type Bench, figure, quantile } from './report.ts';

const [files, notesPerFile, dimensions] = [1000, 20, 384];
// No two begin alike, as little as words of a language do.
const words = Array.from({ length: 4000 }, (_, at) =>
  ((at + 1) * 2_654_435_761).toString(36).split('').toReversed().join('').replaceAll(/\d/g, 'e'),
);
const wordAt = (at: number): string => words[at % words.length] ?? '';

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
  title: `${files * notesPerFile} passages in ${files} files, vectors of ${dimensions}`,
  async run(report) {
    await using made = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'cuttle-bench-memory-'));
    made.defer(() => rm(home, { recursive: true }));
    await mkdir(join(home, 'memory'));
    for (let file = 0; file < files; file += 1)
      await writeFile(join(home, 'memory', `${file}.md`), textOf(file));
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
    const indexed = performance.now() - start;
    const note = `${files} files, ${files * notesPerFile} passages`;
    report(atMost('index from nothing', indexed, { limit: 30_000, unit: 'ms', note }));
    const again = performance.now();
    await byWords.rebuild('main', signal);
    report(figure('read all again', performance.now() - again, { unit: 'ms' }));
    const hybrid = made.use(
      createMemory({ ...parts, placeOf, embedding: () => ({ embedder, model: 'm' }) }),
    );
    await hybrid.rebuild('main', signal);
    for (const [name, memory, limit] of [
      ['a search by words, p95', byWords, 100],
      ['a search by words and meaning, p95', hybrid, 300],
    ] as const) {
      const took: number[] = [];
      for (let turn = 0; turn < 60; turn += 1) {
        const query = `${wordAt(turn * 13)} ${wordAt(turn * 29)} ${wordAt(turn)}`;
        const from = performance.now();
        await memory.search({ agentId: 'main', readers: ['owner'], query, limit: 8 }, signal);
        if (turn >= 10) took.push(performance.now() - from);
      }
      report(atMost(name, quantile(took, 0.95), { limit, unit: 'ms' }));
    }
  },
};

function textOf(file: number): string {
  const notes = Array.from({ length: notesPerFile }, (_, note) => {
    const at = file * 31 + note * 17;
    const line = Array.from({ length: 12 }, (_word, step) => wordAt(at * (step + 1))).join(' ');
    return `## ${wordAt(at)}\n\n${line}.\n`;
  });
  return `# ${file}\n\n${notes.join('\n')}`;
}
