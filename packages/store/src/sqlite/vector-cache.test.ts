import type { Store } from '@cuttle/core-types/ports';
import type { StoreFixture } from '@cuttle/store/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';
import { createNearest } from './nearest.ts';
import { createVectorCache, type VectorCache } from './vector-cache.ts';

const dimensions = 6;
const place = { agentId: 'main', model: 'm', dimensions };

let fixture: StoreFixture;
let store: Store;
let db: Database;
afterEach(async () => {
  db.close();
  await fixture.close();
});

async function open(): Promise<void> {
  let path = '';
  fixture = await openFixture((paths) => {
    ({ path } = paths);
    return openInlineStore({ ...paths, disk: noReserve });
  });
  ({ store } = fixture);
  db = openDatabase(path, { readOnly: true });
}

/** A direction of its own for each text. */
function vectorOf(text: string): Float32Array {
  let hash = 7;
  for (const letter of text) hash = (hash * 31 + letter.charCodeAt(0)) >>> 0;
  const numbers = Float32Array.from({ length: dimensions }, (_, at) => Math.sin(hash + at * at));
  const length = Math.hypot(...numbers);
  return numbers.map((value) => value / length);
}

async function put(path: string, texts: readonly string[], over = {}): Promise<void> {
  const { journal, reader } = store;
  const chunks = texts.map((text, at) => {
    const [from, to] = [at + 1, at + 1];
    return { from, to, heading: '', text, hash: text, taint: [] };
  });
  const facts = { hash: texts.join(), stamp: '', bytes: 1, changedAt: 1, readers: ['owner'] };
  await journal.putMemoryFile({ agentId: 'main', path, chunks, ...facts, ...over });
  const page = { agentId: 'main', model: 'm', after: 0, limit: 1000 };
  const vectors = (await reader.listUnembedded(page)).map(({ chunkId, hash, text }) => {
    const bytes = Buffer.from(vectorOf(text).buffer);
    return { chunkId, hash, vector: bytes.toString('base64') };
  });
  await journal.putMemoryVectors({ model: 'm', vectors });
}

function nearestIn(cache: VectorCache, text: string, readers = ['owner']): string[] | undefined {
  const shelf = cache.find(db, place);
  if (!shelf) return undefined;
  const best = createNearest(3);
  shelf.search({ readers, wanted: vectorOf(text) }, best);
  const rows = best.list().map(({ row }) => row);
  const selectText = db.raw.prepare('SELECT text FROM memory_chunk WHERE row = ?');
  return rows.map((row) => String(selectText.get(row)?.['text']));
}

describe('vectors in memory', () => {
  it('are as they were committed last, after whatever change', async () => {
    await open();
    const cache = createVectorCache();
    const files = new Map<string, string[]>();
    for (let turn = 0; turn < 60; turn += 1) {
      const path = `memory/${turn % 7}.md`;
      const texts = [...(files.get(path) ?? []), `note ${turn}`].slice(-3);
      if (turn % 11 === 10) {
        files.delete(path);
        await store.journal.removeMemoryFile({ agentId: 'main', path });
      } else {
        files.set(path, texts);
        await put(path, texts);
      }
      const wanted = vectorOf(`note ${turn - 3}`);
      const all = [...files.values()].flat();
      const score = (text: string): number =>
        vectorOf(text).reduce((sum, value, at) => sum + value * (wanted[at] ?? 0), 0);
      const expected = all.toSorted((one, other) => score(other) - score(one)).slice(0, 3);
      expect(nearestIn(cache, `note ${turn - 3}`)).toEqual(expected);
    }
  });

  it('hear of readers who changed and of vectors that came later', async () => {
    await open();
    const cache = createVectorCache();
    await put('a.md', ['cat'], { readers: ['ann'] });
    expect(nearestIn(cache, 'cat', ['ann'])).toEqual(['cat']);
    await put('a.md', ['cat'], { readers: ['bob'] });
    expect(nearestIn(cache, 'cat', ['ann'])).toEqual([]);
    expect(nearestIn(cache, 'cat', ['bob'])).toEqual(['cat']);
    const rows = db.raw.prepare('SELECT row, hash FROM memory_chunk').all();
    const other = Buffer.from(vectorOf('dog').buffer).toString('base64');
    const vectors = rows.map(({ row, hash }) => ({
      chunkId: Number(row),
      hash: String(hash),
      vector: other,
    }));
    await store.journal.putMemoryVectors({ model: 'm', vectors });
    const best = createNearest(1);
    cache.find(db, place)?.search({ readers: ['bob'], wanted: vectorOf('dog') }, best);
    expect(best.list()[0]?.score).toBeCloseTo(1);
  });

  it('make room for those that are asked for, and stay out where they would take too much', async () => {
    await open();
    await put('a.md', ['one', 'two']);
    await put('b.md', ['three'], { agentId: 'other' });
    const bytes = 2 * dimensions * 4;
    expect(nearestIn(createVectorCache(bytes - 1), 'one')).toBeUndefined();
    const cache = createVectorCache(bytes + 30);
    expect(nearestIn(cache, 'two')?.[0]).toBe('two');
    expect(cache.find(db, { ...place, agentId: 'other' })).toBeDefined();
    expect(nearestIn(cache, 'two')?.[0]).toBe('two');
    await put('a.md', ['one', 'two', 'three', 'four', 'five']);
    expect(nearestIn(cache, 'two')).toBeUndefined();
  });
});
