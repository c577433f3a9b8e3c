import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Embedder } from '@cuttle/core-types/ports';
import { openSqliteStore } from '@cuttle/store/sqlite';
import { createMemory, type Memory } from '@cuttle/tools';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from './log.ts';
import { nodeClock } from './node-clock.ts';
import { meanings, notes, questions } from './testing/memory-notes.ts';

/** Words by their meaning and by their letters, in a vector: the same for the same text. */
const embedder: Embedder = {
  id: 'words',
  embed: async ({ texts }) => ({ inputTokens: 0, vectors: texts.map(toVector) }),
};
const dimensions = 512;

function toVector(text: string): Float32Array {
  const vector = new Float32Array(dimensions);
  const add = (feature: string, weight: number): void => {
    let hash = 2166136261;
    for (const letter of feature)
      hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619) >>> 0;
    vector[hash % dimensions] = (vector[hash % dimensions] ?? 0) + weight;
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const known = meanings.findIndex((words) => words.includes(word));
    if (known >= 0) add(`meaning ${known}`, 3);
    else if (word.length > 3) add(word, 1);
    for (let at = 0; at + 4 <= word.length; at += 1) add(word.slice(at, at + 4), 0.5);
  }
  return vector;
}

describe('finding what was remembered', () => {
  const made = new AsyncDisposableStack();
  const { signal } = new AbortController();
  const pathOf = new Map<string, string>();
  let byWords: Memory;
  let hybrid: Memory;

  beforeAll(async () => {
    const home = await mkdtemp(join(tmpdir(), 'cuttle-quality-'));
    made.defer(() => rm(home, { recursive: true }));
    await mkdir(join(home, 'memory'));
    // Some notes alone in a file, most of them in a list with others.
    const names = Object.keys(notes);
    for (const [at, name] of names.entries()) {
      const path = `memory/${at % 3 === 0 ? name : `day-${at}`}.md`;
      pathOf.set(name, path);
      await writeFile(join(home, path), `# ${at}\n\n- ${notes[name]}\n`);
    }
    const store = made.use(
      await openSqliteStore({ path: join(home, 'c.db'), blobsPath: join(home, 'blobs') }),
    );
    const log = createLog({ level: 'error', format: 'json', now: nodeClock.now });
    const { journal, reader } = store;
    const parts = { journal, reader, log, clock: nodeClock, placeOf: () => ({ root: home }) };
    byWords = made.use(createMemory({ ...parts, embedding: () => undefined }));
    hybrid = made.use(createMemory({ ...parts, embedding: () => ({ embedder, model: 'm' }) }));
    await hybrid.rebuild('main', signal);
  }, 30_000);
  afterAll(() => made.disposeAsync());

  const measure = async (memory: Memory): Promise<{ recall: number; rank: number }> => {
    let [found, rank] = [0, 0];
    for (const [query, name] of questions) {
      const ask = { agentId: 'main', readers: ['owner'], query, limit: 5 };
      const { hits } = await memory.search(ask, signal);
      const place = hits.findIndex(({ path }) => path === pathOf.get(name));
      if (place < 0) continue;
      found += 1;
      rank += 1 / (place + 1);
    }
    return { recall: found / questions.length, rank: rank / questions.length };
  };

  it('has enough to be measured by', () => {
    expect(Object.keys(notes).length).toBeGreaterThanOrEqual(60);
    expect(questions.length).toBeGreaterThanOrEqual(40);
    for (const [, name] of questions) expect(notes).toHaveProperty(name);
  });

  it('by words alone finds nineteen of twenty within five, most of them first', async () => {
    const { recall, rank } = await measure(byWords);
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(rank).toBeGreaterThanOrEqual(0.92);
  });

  it('by words and meaning finds nearly all, and no worse than by words', async () => {
    const [words, both] = [await measure(byWords), await measure(hybrid)];
    expect(both.recall).toBeGreaterThanOrEqual(Math.max(0.98, words.recall));
    expect(both.rank).toBeGreaterThanOrEqual(0.92);
  });
});
