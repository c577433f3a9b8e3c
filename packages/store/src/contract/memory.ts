import type { Journal, MemoryChunk, MemoryHit } from '@cuttle/core-types/ports';
import { expect, it } from 'vitest';
import type { World } from './world.ts';

type File = Parameters<Journal['putMemoryFile']>[0];

function chunk(from: number, text: string, over: Partial<MemoryChunk> = {}): MemoryChunk {
  return { from, to: from, heading: '', text, hash: `#${text}`, taint: [], ...over };
}

function file(path: string, chunks: readonly MemoryChunk[], over: Partial<File> = {}): File {
  const hash = chunks.map((one) => one.hash).join();
  const facts = { hash, stamp: hash, bytes: 10, changedAt: 5, readers: ['owner'] };
  return { agentId: 'main', path, ...facts, chunks, ...over };
}

function vector(...numbers: readonly number[]): string {
  return Buffer.from(new Float32Array(numbers).buffer).toString('base64');
}

const placesOf = (hits: readonly MemoryHit[]): string[] =>
  hits.map(({ path, from }) => `${path}:${from}`);

export function describeMemory(get: () => World): void {
  const text = async (query: string, over: { agentId?: string; readers?: string[] } = {}) =>
    placesOf(
      await get().reader.searchMemoryText({
        agentId: 'main',
        readers: ['owner'],
        query,
        limit: 10,
        ...over,
      }),
    );

  it('lists files as they were put last, page by page', async () => {
    const { journal, reader } = get();
    const put = file('b.md', [chunk(1, 'one')], { readers: ['owner', 'everyone'] });
    await journal.putMemoryFile(file('b.md', [chunk(1, 'old'), chunk(2, 'older')]));
    await journal.putMemoryFile(put);
    await journal.putMemoryFile(file('a.md', []));
    await journal.putMemoryFile(file('c.md', [], { agentId: 'other' }));
    const { agentId: _agent, chunks, ...row } = put;
    expect(await reader.listMemoryFiles({ agentId: 'main', after: 'a.md', limit: 9 })).toEqual([
      { ...row, chunks: chunks.length },
    ]);
    expect(await reader.listMemoryFiles({ agentId: 'main', limit: 1 })).toHaveLength(1);
    expect(await journal.removeMemoryFile({ agentId: 'main', path: 'b.md' })).toBe(true);
    expect(await journal.removeMemoryFile({ agentId: 'main', path: 'b.md' })).toBe(false);
    expect(await text('one')).toEqual([]);
  });

  it('finds chunks by any word, the best first, whole', async () => {
    const { journal, reader } = get();
    const tainted = chunk(7, 'The green parrot', { to: 9, heading: 'Pets', taint: ['web'] });
    const chunks = [chunk(1, 'The cat sleeps'), chunk(3, 'A parrot'), tainted];
    await journal.putMemoryFile(file('MEMORY.md', chunks));
    expect(await text('what does a green parrot say')).toEqual(['MEMORY.md:7', 'MEMORY.md:3']);
    expect(await text('pets')).toEqual(['MEMORY.md:7']);
    expect(await text('sleeping')).toEqual(['MEMORY.md:1']);
    expect(await text('" OR * (')).toEqual([]);
    const readers = ['owner'];
    const [hit] = await reader.searchMemoryText({
      agentId: 'main',
      readers,
      query: 'green',
      limit: 1,
    });
    expect(hit).toMatchObject({ ...tainted, path: 'MEMORY.md', changedAt: 5 });
  });

  it('finds the rare word among very many passages that hold the common ones', async () => {
    const { journal } = get();
    const many = Array.from({ length: 4_200 }, (_, at) => chunk(at + 1, `the container ${at}`));
    await journal.putMemoryFile(file('a.md', [...many, chunk(9_000, 'the café of Luna')]));
    expect(await text('where is the café')).toEqual(['a.md:9000']);
    expect(await text('containers 17')).toEqual(['a.md:18']);
    expect(await text('the container')).toHaveLength(10);
  });

  it('finds pairs of letters in scripts without spaces', async () => {
    const { journal } = get();
    await journal.putMemoryFile(file('a.md', [chunk(1, '我的猫叫露娜'), chunk(2, '明天去北京')]));
    expect(await text('猫叫什么名字')).toEqual(['a.md:1']);
  });

  it('gives nobody what is not theirs, by words and by vectors', async () => {
    const { journal, reader } = get();
    await journal.putMemoryFile(file('a.md', [chunk(1, 'secret')], { readers: ['ann', 'all'] }));
    await journal.putMemoryFile(file('b.md', [chunk(1, 'secret')], { readers: ['bob', 'all'] }));
    await journal.putMemoryFile(file('a.md', [chunk(1, 'secret')], { agentId: 'other' }));
    const rows = await reader.listUnembedded({ agentId: 'main', model: 'm', after: 0, limit: 9 });
    const vectors = rows.map((row) => ({ ...row, vector: vector(1, 0) }));
    await journal.putMemoryVectors({ model: 'm', vectors });
    const close = async (readers: string[], agentId = 'main') =>
      placesOf(
        await reader.searchMemoryVectors({
          agentId,
          readers,
          model: 'm',
          vector: vector(1, 0),
          limit: 9,
        }),
      );
    for (const find of [(readers: string[]) => text('secret', { readers }), close]) {
      expect(await find(['ann'])).toEqual(['a.md:1']);
      expect(await find(['all', 'ann'])).toEqual(['a.md:1', 'b.md:1']);
      expect(await find(['carl'])).toEqual([]);
      expect(await find([])).toEqual([]);
    }
    expect(await close(['all'], 'other')).toEqual([]);
    await journal.putMemoryFile(file('a.md', [chunk(1, 'secret')], { readers: ['bob'] }));
    expect(await text('secret', { readers: ['ann'] })).toEqual([]);
    expect(await close(['ann'])).toEqual([]);
    expect(await text('secret', { readers: ['bob'] })).toHaveLength(2);
  });

  it('orders chunks by how close their vectors are, of one model and length', async () => {
    const { journal, reader } = get();
    const names = ['far', 'near', 'short', 'same'];
    const chunks = names.map((name, at) => chunk(at + 1, name));
    await journal.putMemoryFile(file('a.md', chunks));
    const page = { agentId: 'main', after: 0, limit: 9 };
    const rows = await reader.listUnembedded({ ...page, model: 'm' });
    const places = [vector(-1, 0), vector(0.8, 0.6), vector(1), vector(1, 0)];
    const vectors = rows.map((row, at) => ({ ...row, vector: places[at] ?? '' }));
    await journal.putMemoryVectors({ model: 'm', vectors });
    const ask = { agentId: 'main', readers: ['owner'], vector: vector(1, 0), limit: 2 };
    const hits = await reader.searchMemoryVectors({ ...ask, model: 'm' });
    expect(hits.map(({ text: words }) => words)).toEqual(['same', 'near']);
    expect(hits[1]?.score).toBeCloseTo(0.8);
    expect(await reader.searchMemoryVectors({ ...ask, model: 'n' })).toEqual([]);
    expect(await reader.listUnembedded({ ...page, model: 'm' })).toEqual([]);
    expect(await reader.listUnembedded({ ...page, model: 'n' })).toHaveLength(4);
    const counts = { files: 1, chunks: 4 };
    expect(await reader.countMemory({ agentId: 'main', model: 'm' })).toEqual({
      ...counts,
      embedded: 4,
    });
    expect(await reader.countMemory({ agentId: 'main', model: 'n' })).toEqual({
      ...counts,
      embedded: 0,
    });
  });

  it('embeds again what changed and nothing else', async () => {
    const { journal, reader } = get();
    await journal.putMemoryFile(file('a.md', [chunk(1, 'stays'), chunk(2, 'goes')]));
    const page = { agentId: 'main', model: 'm', after: 0, limit: 9 };
    const rows = await reader.listUnembedded(page);
    await journal.putMemoryFile(file('a.md', [chunk(1, 'new'), chunk(4, 'stays')]));
    // Embedded before the change: what is gone must not come back, nor become another one's.
    const vectors = rows.map((row) => ({ ...row, vector: vector(1) }));
    await journal.putMemoryVectors({ model: 'm', vectors });
    expect((await reader.listUnembedded(page)).map(({ text: words }) => words)).toEqual(['new']);
    expect(await text('stays')).toEqual(['a.md:4']);
    expect(await text('goes')).toEqual([]);
  });

  it('names the namespaces of values that begin so', async () => {
    const { journal, reader } = get();
    for (const namespace of ['memory:b:1', 'memory:a:1', 'memory', 'note:a:1', 'memoryx'])
      for (const key of ['x', 'y']) await journal.putValue({ namespace, key, value: 1 });
    expect(await reader.listNamespaces({ prefix: 'memory:', limit: 9 })).toEqual([
      'memory:a:1',
      'memory:b:1',
    ]);
  });
}
