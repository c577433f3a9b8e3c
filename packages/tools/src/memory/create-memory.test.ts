import { writeFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import type { Embedder } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import {
  createIndexStore,
  createLetterEmbedder,
  openMemoryWorld,
} from '../contract/memory-world.ts';
import { fuseRanks } from './rank-fusion.ts';

const { signal } = new AbortController();
const main = { agentId: 'main' };
const ask = { ...main, readers: ['owner'], limit: 5 };

describe('the index', () => {
  it('follows what other programs do to the files', async () => {
    await using world = await openMemoryWorld();
    const { memory } = world;
    const find = async (query: string): Promise<readonly string[]> => {
      world.now += 60_000;
      const { hits } = await memory.search({ ...ask, query }, signal);
      return hits.map(({ path, from }) => `${path}:${from}`);
    };
    expect(await find('parrot')).toEqual([]);
    await world.put('memory/pets.md', 'A parrot.\n');
    await world.put('memory/deep/er/x.md', 'Another parrot.\n');
    await world.put('notes.md', 'A parrot that is no memory.\n');
    await world.put('memory/parrot.txt', 'parrot');
    await world.put('memory/.hidden/x.md', 'parrot');
    expect(await find('parrot')).toEqual(['memory/deep/er/x.md:1', 'memory/pets.md:1']);
    await world.put('memory/pets.md', '# Birds\n\nA parrot.\n');
    await rm(join(world.root, 'memory/deep'), { recursive: true });
    expect(await find('parrot')).toEqual(['memory/pets.md:3']);
    await rename(join(world.root, 'memory/pets.md'), join(world.root, 'memory/birds.md'));
    expect(await find('parrot')).toEqual(['memory/birds.md:3']);
  });

  it('reads again only what changed, and everything when it is told to', async () => {
    await using world = await openMemoryWorld();
    await world.put('MEMORY.md', 'one');
    await world.put('memory/a.md', 'two');
    await world.memory.list('main', signal);
    world.now += 60_000;
    await world.put('memory/a.md', 'three');
    await world.memory.list('main', signal);
    expect(world.store.puts.map(({ path }) => path)).toEqual([
      'MEMORY.md',
      'memory/a.md',
      'memory/a.md',
    ]);
    await world.memory.rebuild('main', signal);
    expect(world.store.puts).toHaveLength(5);
  });

  it('leaves out what it cannot read, and says so', async () => {
    await using world = await openMemoryWorld();
    await world.put('memory/good.md', 'fish');
    await writeFile(join(world.root, 'memory/binary.md'), new Uint8Array([0, 1, 2]));
    await world.put('memory/large.md', 'fish '.repeat(250_000));
    await symlink('good.md', join(world.root, 'memory/link.md'));
    const { files, problems } = await world.memory.status('main', signal);
    expect([files, problems.map(({ path }) => path)]).toEqual([
      1,
      ['memory/binary.md', 'memory/large.md'],
    ]);
  });

  it('follows no link out of the workspace', async () => {
    await using world = await openMemoryWorld();
    await mkdir(join(world.root, 'elsewhere'));
    await writeFile(join(world.root, 'elsewhere/x.md'), 'parrot');
    await symlink('elsewhere', join(world.root, 'memory'));
    expect((await world.memory.search({ ...ask, query: 'parrot' }, signal)).hits).toEqual([]);
    await expect(world.memory.find({ ...main, path: '../x.md' }, signal)).rejects.toMatchObject({
      code: 'memory.invalid-path',
    });
  });
});

describe('meaning', () => {
  const meanings = { feline: 'cat', kitten: 'cat' };

  it('finds what no word finds, and orders what both find first', async () => {
    const embedder = createLetterEmbedder(meanings);
    await using world = await openMemoryWorld({ embedding: () => ({ embedder, model: 'm' }) });
    await world.put('MEMORY.md', '# A\n\nThe cat sleeps.\n\n# B\n\nA boat.\n');
    await world.memory.rebuild('main', signal);
    const { hits, mode, reason } = await world.memory.search({ ...ask, query: 'feline' }, signal);
    expect([hits[0]?.text, mode, reason]).toEqual(['The cat sleeps.', 'hybrid', undefined]);
    expect(await world.memory.status('main', signal)).toMatchObject({
      files: 1,
      chunks: 2,
      embedded: 2,
      model: 'letters/m',
      mode: 'hybrid',
    });
    expect(embedder.asked.flat()).toEqual(['A\nThe cat sleeps.', 'B\nA boat.', 'feline']);
  });

  it('is done without while the service fails, and says why', async () => {
    const embedder: Embedder = {
      id: 'broken',
      embed: () => Promise.reject(new CuttleError('provider.network', 'No way there.')),
    };
    await using world = await openMemoryWorld({ embedding: () => ({ embedder, model: 'm' }) });
    await world.put('MEMORY.md', 'The cat sleeps.\n');
    const { hits, mode, reason } = await world.memory.search({ ...ask, query: 'cat' }, signal);
    expect([hits.length, mode, reason]).toEqual([
      1,
      'text',
      'The embedding model cannot be asked: No way there.',
    ]);
    expect(await world.call('memory_search', { query: 'cat' })).toContain('No way there.');
  });

  it('has vectors of the model that is set up now', async () => {
    let model = 'one';
    const embedder = createLetterEmbedder();
    await using world = await openMemoryWorld({ embedding: () => ({ embedder, model }) });
    await world.put('MEMORY.md', 'The cat sleeps.\n');
    await world.memory.rebuild('main', signal);
    model = 'two';
    await world.memory.rebuild('main', signal);
    expect(await world.memory.status('main', signal)).toMatchObject({
      embedded: 1,
      model: 'letters/two',
    });
  });

  it('puts orders together by places', () => {
    const order = fuseRanks(
      [
        [1, 2, 3],
        [3, 4],
      ],
      (item) => item,
    );
    expect(order.map(({ item }) => item)).toEqual([3, 1, 2, 4]);
  });
});

describe('a person who edits', () => {
  it('writes and removes what they have read, and nothing newer', async () => {
    await using world = await openMemoryWorld();
    const { memory } = world;
    const path = 'memory/a.md';
    const { hash } = await memory.write(
      { ...main, path, text: 'one\ntwo\n', baseHash: undefined },
      signal,
    );
    await expect(
      memory.write({ ...main, path, text: 'x', baseHash: undefined }, signal),
    ).rejects.toMatchObject({ code: 'memory.stale' });
    const found = await memory.find({ ...main, path }, signal);
    expect(found).toMatchObject({ text: 'one\ntwo\n', hash });
    await memory.remove({ ...main, path, baseHash: hash, lines: { from: 1, to: 1 } }, signal);
    expect(await world.read(path)).toBe('two\n');
    await expect(memory.remove({ ...main, path, baseHash: hash }, signal)).rejects.toMatchObject({
      code: 'memory.stale',
    });
    const now = await memory.find({ ...main, path }, signal);
    await memory.remove({ ...main, path, baseHash: now?.hash ?? '' }, signal);
    expect(await world.files()).toEqual([]);
    await expect(memory.remove({ ...main, path, baseHash: hash }, signal)).rejects.toMatchObject({
      code: 'memory.not-found',
    });
  });

  it('loses nothing to a tool that writes at the same time', async () => {
    await using world = await openMemoryWorld();
    await world.put('MEMORY.md', 'old\n');
    const asked: (string | undefined)[] = [];
    await world.memory.change(
      {
        ...main,
        path: 'MEMORY.md',
        change(text) {
          asked.push(text);
          // The owner's editor, between our look and our write.
          if (asked.length === 1) writeFileSync(join(world.root, 'MEMORY.md'), 'old\nowner\n');
          return `${text}tool\n`;
        },
      },
      signal,
    );
    expect(asked).toEqual(['old\n', 'old\nowner\n']);
    expect(await world.read('MEMORY.md')).toBe('old\nowner\ntool\n');
    expect(await world.files()).toEqual(['MEMORY.md']);
  });

  it('is asked nothing about what a killed gateway left', async () => {
    await using world = await openMemoryWorld();
    const left = `memory/a.md.${crypto.randomUUID()}.tmp`;
    await world.put(left, 'half');
    await utimes(join(world.root, left), 1, 1);
    await world.put('memory/b.md', 'whole');
    await world.memory.start(['main']);
    expect(await world.files()).toEqual(['memory/b.md']);
  });
});

it('goes on when rows of the store cannot be moved, and tries again', async () => {
  const store = createIndexStore();
  let isBroken = true;
  const list = store.listNamespaces;
  const broken = {
    ...store,
    listNamespaces: (input: Parameters<typeof list>[0]) =>
      isBroken ? Promise.reject(new CuttleError('store.full', 'Full.')) : list(input),
  };
  await using world = await openMemoryWorld({ store: broken });
  const value = { v: 1, text: 'Luna', taint: [] };
  await store.values.putValue({ namespace: 'memory:main:owner', key: 'cat', value });
  expect(await world.call('memory_get', { key: 'cat' })).toContain('Nothing is remembered');
  expect(world.warnings).toEqual(['What was remembered could not be moved into files.']);
  isBroken = false;
  expect(await world.call('memory_get', { key: 'cat' })).toBe('Luna');
});
