import { link, mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkspaceFiles } from '@cuttle/core-types/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspaceFiles } from './workspace-files.ts';

const names = ['AGENTS.md', 'SOUL.md', 'MEMORY.md'];
const longAgo = new Date('2026-01-01T00:00:00Z');
let base: string;
let root: string;
let files: WorkspaceFiles;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'cuttle-prompt-')));
  root = join(base, 'main');
  await mkdir(root);
  files = createWorkspaceFiles({
    placeOf: (agentId) => ({ root: join(base, agentId), hardLinks: 'refuse' }),
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
  });
});
afterEach(() => rm(base, { recursive: true }));

/** A file whose time says that nobody has touched it for long. */
async function put(name: string, text: string, time = longAgo): Promise<void> {
  await writeFile(join(root, name), text);
  await utimes(join(root, name), time, time);
  await utimes(root, time, time);
}

describe('files of a workspace', () => {
  it('are read in the order of the names, those that are there', async () => {
    await put('MEMORY.md', 'b\n');
    await put('AGENTS.md', 'a\n');
    expect(await files.read('main', names)).toEqual([
      { name: 'AGENTS.md', text: 'a', bytes: 2, unread: 0 },
      { name: 'MEMORY.md', text: 'b', bytes: 2, unread: 0 },
    ]);
    expect(await files.read('nobody', names)).toEqual([]);
  });

  it('are the same objects while nothing changes', async () => {
    await put('AGENTS.md', 'a');
    const [first] = await files.read('main', names);
    const [second] = await files.read('main', names);
    expect(second).toBe(first);
    expect(first?.text).toBe('a');
  });

  it('are read anew when their time or size changed, and where one is added or taken away', async () => {
    await put('AGENTS.md', 'one');
    expect(await files.read('main', names)).toMatchObject([{ text: 'one' }]);
    await put('AGENTS.md', 'two', new Date('2026-01-02T00:00:00Z'));
    expect(await files.read('main', names)).toMatchObject([{ text: 'two' }]);
    await put('SOUL.md', 'soul', new Date('2026-01-03T00:00:00Z'));
    expect(await files.read('main', names)).toMatchObject([{ text: 'two' }, { text: 'soul' }]);
    await rm(join(root, 'AGENTS.md'));
    expect(await files.read('main', names)).toMatchObject([{ text: 'soul' }]);
  });

  it('are read anew within the tick of a change that kept the size', async () => {
    await writeFile(join(root, 'AGENTS.md'), 'one');
    await files.read('main', names);
    await writeFile(join(root, 'AGENTS.md'), 'two');
    expect(await files.read('main', names)).toMatchObject([{ text: 'two' }]);
  });

  it.runIf(platform() === 'linux')('are asked for at once when the folder changes', async () => {
    using watched = createWorkspaceFiles({
      placeOf: (agentId) => ({ root: join(base, agentId), hardLinks: 'refuse' }),
      clock: { now: () => Date.now(), monotonic: () => 0 },
    });
    await put('AGENTS.md', 'one');
    const [first] = await watched.read('main', names);
    await put('AGENTS.md', 'two');
    expect(await watched.read('main', names)).toMatchObject([{ text: 'two' }]);
    await put('SOUL.md', 'soul');
    await rm(join(root, 'AGENTS.md'));
    expect(await watched.read('main', names)).toMatchObject([{ text: 'soul' }]);
    expect(first?.text).toBe('one');
    // What stands elsewhere is asked for every time.
    await mkdir(join(root, 'kept'));
    await put('kept/soul.md', 'another');
    await rm(join(root, 'SOUL.md'));
    await symlink('kept/soul.md', join(root, 'SOUL.md'));
    expect(await watched.read('main', names)).toMatchObject([{ text: 'another' }]);
    await put('kept/soul.md', 'a third', new Date('2026-01-04T00:00:00Z'));
    expect(await watched.read('main', names)).toMatchObject([{ text: 'a third' }]);
  });

  it.runIf(platform() === 'linux')('are not asked for within a second of silence', async () => {
    let time = 0;
    using watched = createWorkspaceFiles({
      placeOf: (agentId) => ({ root: join(base, agentId), hardLinks: 'open' }),
      clock: { now: () => Date.now(), monotonic: () => time },
    });
    // Written through a name elsewhere, of which the folder's watch does not tell: as another machine would.
    const elsewhere = join(base, 'elsewhere.md');
    await writeFile(elsewhere, 'one');
    await link(elsewhere, join(root, 'AGENTS.md'));
    expect(await watched.read('main', names)).toMatchObject([{ text: 'one' }]);
    await writeFile(elsewhere, 'other');
    time = 999;
    expect(await watched.read('main', names)).toMatchObject([{ text: 'one' }]);
    time = 1_000;
    expect(await watched.read('main', names)).toMatchObject([{ text: 'other' }]);
  });

  it('do not lead out of it', async () => {
    await writeFile(join(base, 'secret.md'), 'SECRET');
    await symlink(join(base, 'secret.md'), join(root, 'AGENTS.md'));
    await symlink('/etc/passwd', join(root, 'SOUL.md'));
    await link(join(base, 'secret.md'), join(root, 'MEMORY.md'));
    const found = await files.read('main', names);
    expect(found.map(({ name, text }) => [name, text])).toEqual(names.map((name) => [name, '']));
    expect(found.every(({ problem }) => problem !== undefined)).toBe(true);
    expect(JSON.stringify(found)).not.toContain(base);
  });

  it('are taken as far as they can be: folders, what is no text, what is huge', async () => {
    await mkdir(join(root, 'AGENTS.md'));
    await writeFile(join(root, 'SOUL.md'), Buffer.from([0, 1, 0xff, 0x61, 7, 0x0a, 0x62]));
    await writeFile(join(root, 'MEMORY.md'), 'é'.repeat(400_000));
    const [folder, odd, huge] = await files.read('main', names);
    expect(folder).toMatchObject({ text: '', problem: '"AGENTS.md" is not a file.' });
    expect(odd).toMatchObject({ text: '\ufffda\nb' });
    expect(huge?.bytes).toBe(800_000);
    expect(huge?.text.length).toBeLessThan(200_000);
    expect(huge?.text).not.toContain('\ufffd');
  });
});
