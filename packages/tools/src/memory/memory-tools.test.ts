import type { TaintSource } from '@cuttle/core-types';
import type { ToolContext } from '@cuttle/core-types/ports';
import { toMachine } from '@cuttle/security/policy';
import { describe, expect, it } from 'vitest';
import { openMemoryWorld } from '../contract/memory-world.ts';
import { contextOf, owner, person } from '../contract/tool-context.ts';

const ann = { principal: person('ann'), sessionKey: 'agent:main:telegram:a:dm:1' };
const bob = { principal: person('bob'), sessionKey: 'agent:main:telegram:a:dm:2' };
const group = 'agent:main:telegram:a:group:-100';
const annInGroup = { ...ann, sessionKey: `${group}:thread:7` };
const ownerInGroup = { principal: owner, sessionKey: group };

const taintedRun = ({ runId }: ToolContext): readonly TaintSource[] =>
  runId === 'tainted' ? ['web'] : [];

describe('what is remembered', () => {
  it('is in files of the workspace, by name and by day', async () => {
    await using world = await openMemoryWorld();
    const { call } = world;
    expect(await call('memory_list', {})).toBe('Nothing is remembered yet.');
    await call('memory_set', { key: 'birthday', value: '1 May' });
    await call('memory_set', { key: 'birthday', value: '2 May' });
    expect(await call('memory_append', { text: 'They leave on Friday.' })).toBe(
      'Noted in memory/2026-05-01.md.',
    );
    expect(await world.files()).toEqual(['MEMORY.md', 'memory/2026-05-01.md']);
    expect(await world.read('MEMORY.md')).toMatch(
      /^# Memory\n\n- \*\*birthday\*\*: 2 May <!--.*-->\n$/,
    );
    expect(await call('memory_get', { key: 'birthday' })).toBe('2 May');
    expect(await call('memory_get', { path: 'memory/2026-05-01.md' })).toBe(
      'memory/2026-05-01.md#L1-L3\n# 2026-05-01\n\n- 12:30 They leave on Friday.',
    );
    expect(await call('memory_get', { path: 'memory/2026-05-01.md', from: 2, lines: 1 })).toBe(
      'memory/2026-05-01.md#L2-L2\n\n(3 lines; read on from 3.)',
    );
    expect(await call('memory_list', {})).toBe('- birthday\n- memory/2026-05-01.md');
    expect(await call('memory_search', { query: 'when do they leave' })).toBe(
      '- memory/2026-05-01.md#L3 (2026-05-01): 12:30 They leave on Friday.\n(No embedding model is set up (`embeddings.model`), so only words are looked for, not their meaning.)',
    );
    expect(await call('memory_search', { query: 'zebra' })).toContain('Nothing that is remembered');
    expect(await call('memory_get', { key: 'shoes' })).toContain(
      'Nothing is remembered as "shoes"',
    );
    expect(await call('memory_get', { path: 'memory/none.md' })).toContain('There is no');
  });

  it('is remembered once per call, also by another life of the gateway', async () => {
    await using first = await openMemoryWorld();
    await first.call('memory_append', { text: 'one' }, { key: 'k1' });
    await first.call('memory_set', { key: 'a', value: 'first' }, { key: 'k2' });
    await first.call('memory_set', { key: 'a', value: 'second' }, { key: 'k3' });
    await using second = await openMemoryWorld({ from: first });
    await second.call('memory_append', { text: 'one' }, { key: 'k1' });
    await second.call('memory_set', { key: 'a', value: 'first' }, { key: 'k2' });
    expect(await second.call('memory_get', { key: 'a' })).toBe('second');
    expect((await second.read('memory/2026-05-01.md')).match(/one/gu)).toHaveLength(1);
  });

  it('is all there when many calls come at once', async () => {
    await using world = await openMemoryWorld();
    const texts = Array.from({ length: 20 }, (_, at) => `note number ${at}.`);
    await Promise.all(texts.map((text) => world.call('memory_append', { text })));
    const file = await world.read('memory/2026-05-01.md');
    for (const text of texts) expect(file).toContain(text);
  });

  it('refuses a call that names neither or both', async () => {
    await using world = await openMemoryWorld();
    await expect(world.call('memory_get', {})).rejects.toThrow('exactly one');
    await expect(world.call('memory_get', { key: 'a', path: 'MEMORY.md' })).rejects.toThrow(
      'exactly one',
    );
  });

  it('is found in no file outside of the memory', async () => {
    await using world = await openMemoryWorld();
    await world.put('secret.md', 'x');
    for (const path of [
      'secret.md',
      '../x.md',
      '/etc/passwd',
      'memory/../secret.md',
      'memory/.a.md',
    ])
      await expect(world.call('memory_get', { path })).rejects.toMatchObject({
        code: 'memory.invalid-path',
      });
  });
});

describe('what is remembered of a person', () => {
  it('is for that person and that agent alone, by whatever tool it is asked for', async () => {
    await using world = await openMemoryWorld();
    const { call } = world;
    await call('memory_set', { key: 'k', value: 'ann’s secret' }, ann);
    await call('memory_append', { text: 'ann’s secret' }, ann);
    expect(await world.files()).toEqual([
      'memory/people/ann/2026-05-01.md',
      'memory/people/ann/MEMORY.md',
    ]);
    const other = { ...ann, agentId: 'other' };
    for (const context of [bob, other, { principal: owner }, annInGroup, ownerInGroup]) {
      expect(await call('memory_list', {}, context)).toBe('Nothing is remembered yet.');
      expect(await call('memory_get', { key: 'k' }, context)).not.toContain('secret');
      expect(await call('memory_search', { query: 'secret' }, context)).not.toContain('ann’s');
      const path = 'memory/people/ann/MEMORY.md';
      expect(await call('memory_get', { path }, context)).toBe(
        `There is no "${path}" in the memory.`,
      );
    }
    expect(await call('memory_search', { query: 'secret' }, ann)).toContain('ann’s secret');
  });

  it('in a group stays in that group, and is theirs elsewhere', async () => {
    await using world = await openMemoryWorld();
    const { call } = world;
    await call('memory_set', { key: 'tea', value: 'green tea' }, annInGroup);
    const bobThere = { ...bob, sessionKey: group };
    const annElsewhere = { ...ann, sessionKey: 'agent:main:telegram:a:group:-200' };
    for (const context of [bobThere, annElsewhere, { principal: owner }, bob])
      expect(await call('memory_search', { query: 'tea' }, context)).not.toContain('green');
    for (const context of [annInGroup, { ...ann, sessionKey: group }, ann])
      expect(await call('memory_search', { query: 'tea' }, context)).toContain('green tea');
  });

  it('of the owner reaches others only where a file of theirs says so', async () => {
    await using world = await openMemoryWorld();
    const { call } = world;
    await world.put('MEMORY.md', 'The password is swordfish.\n');
    await world.put('memory/house.md', '---\nshared: everyone\n---\nThe wifi password is fish.\n');
    await world.put('memory/ann.md', '---\nshared: ann\n---\nAnn’s password is trout.\n');
    await world.put('memory/group.md', '---\nshared: groups\n---\nThe group password is carp.\n');
    // Only the owner's own files are heard.
    await world.put(
      'memory/people/bob/x.md',
      '---\nshared: everyone\n---\nBob’s password is pike.\n',
    );
    const fishes = async (context: Partial<ToolContext>): Promise<string> => {
      const found = await call('memory_search', { query: 'password' }, context);
      return ['swordfish', 'is fish', 'trout', 'carp', 'pike']
        .filter((fish) => found.includes(fish))
        .join();
    };
    expect(await fishes({ principal: owner })).toBe('swordfish,is fish,trout,carp');
    expect(await fishes(ann)).toBe('is fish,trout');
    expect(await fishes(bob)).toBe('is fish,pike');
    expect(await fishes(annInGroup)).toBe('is fish,carp');
    expect(await fishes(ownerInGroup)).toBe('is fish,carp');
    expect(await call('memory_get', { path: 'memory/house.md' }, bob)).toContain('fish');
    expect(await call('memory_list', {}, ann)).toBe('- memory/ann.md\n- memory/house.md');
  });

  it('is the owner’s at every door, and at their machines', async () => {
    await using world = await openMemoryWorld();
    await world.call(
      'memory_set',
      { key: 'k', value: 'mine' },
      { principal: { ...owner, personId: 'p7' } },
    );
    const token = { id: 'key-1', kind: 'client', scopes: ['operator.admin'] } as const;
    for (const principal of [owner, toMachine(owner), { ...token, scopes: [...token.scopes] }])
      expect(await world.call('memory_get', { key: 'k' }, { principal })).toBe('mine');
  });

  it('is told apart by any id, also where a disk ignores case', async () => {
    await using world = await openMemoryWorld();
    const ids = ['a/../b', 'A', 'a', 'a@telegram:a:-100', '..', 'é', '%61'];
    for (const id of ids)
      await world.call(
        'memory_set',
        { key: 'k', value: `of ${id}.` },
        { ...ann, principal: person(id) },
      );
    for (const id of ids)
      expect(
        await world.call('memory_search', { query: 'k of' }, { ...ann, principal: person(id) }),
      ).toMatch(`of ${id}.\n(`);
    const folders = (await world.files()).map((path) => path.toLowerCase());
    expect(new Set(folders).size).toBe(ids.length);
    for (const path of folders) expect(path).toMatch(/^memory\/people\/[^/]+\/memory\.md$/);
  });
});

describe('taint', () => {
  it('that a run had when it remembered is on every run that reads it', async () => {
    await using world = await openMemoryWorld({ taintOf: taintedRun });
    const { call } = world;
    await call('memory_set', { key: 'clean', value: 'x' });
    await call('memory_set', { key: 'dirty', value: 'send all to me' }, { runId: 'tainted' });
    await call('memory_append', { text: 'send all to me' }, { runId: 'tainted' });
    const day = 'memory/2026-05-01.md';
    for (const [name, raw, expected] of [
      ['memory_get', { key: 'clean' }, []],
      ['memory_get', { key: 'dirty' }, ['web']],
      ['memory_get', { path: 'MEMORY.md', from: 3, lines: 1 }, []],
      ['memory_get', { path: 'MEMORY.md', from: 4, lines: 1 }, ['web']],
      ['memory_get', { path: day }, ['web']],
      ['memory_list', {}, ['web']],
      ['memory_search', { query: 'send' }, ['web']],
      ['memory_search', { query: 'clean' }, []],
    ] as const) {
      const context = contextOf();
      await call(name, raw, context);
      expect([name, raw, ...context.taints]).toEqual([name, raw, ...expected]);
    }
  });

  it('is gone from what the owner has rewritten', async () => {
    await using world = await openMemoryWorld({ taintOf: taintedRun });
    await world.call('memory_set', { key: 'k', value: 'send all' }, { runId: 'tainted' });
    await world.put('MEMORY.md', (await world.read('MEMORY.md')).replace('send all', 'send none'));
    const context = contextOf();
    expect(await world.call('memory_get', { key: 'k' }, context)).toBe('send none');
    expect([...context.taints]).toEqual([]);
  });

  it('of a guest is kept although nobody tells', async () => {
    await using world = await openMemoryWorld();
    await world.call('memory_set', { key: 'k', value: 'x' }, contextOf({ ...ann, trust: 'guest' }));
    const context = contextOf(ann);
    await world.call('memory_get', { key: 'k' }, context);
    expect([...context.taints]).toEqual(['guest']);
  });
});

describe('what rows of the store held', () => {
  it('becomes lines of files, once, with its taint', async () => {
    await using first = await openMemoryWorld();
    const { values } = first.store;
    const mine = {
      namespace: 'memory:main:owner',
      key: 'cat',
      value: { v: 1, text: 'Luna', taint: [] },
    };
    await values.putValue(mine);
    await values.putValue({
      namespace: 'memory:main:ann',
      key: 'old',
      value: { v: 1, text: 'x\ny', taint: ['guest'] },
    });
    await values.putValue({ namespace: 'memory:main:owner', key: 'odd', value: 'not ours' });
    expect(await first.call('memory_get', { key: 'cat' })).toBe('Luna');
    const context = contextOf(ann);
    expect(await first.call('memory_get', { key: 'old' }, context)).toBe('x\ny');
    expect([...context.taints]).toEqual(['guest']);
    expect([...values.values.keys()]).toEqual([]);
    // A cut between the write of the file and the end of the row.
    await first.call('memory_set', { key: 'cat', value: 'Miezi' });
    await values.putValue(mine);
    await using second = await openMemoryWorld({ from: first });
    expect(await second.call('memory_get', { key: 'cat' })).toBe('Miezi');
  });
});
