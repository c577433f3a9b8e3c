import { link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCuttleError } from '@cuttle/core-types/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextOf } from '../contract/tool-context.ts';
import { createFileTools } from './file-tools.ts';
import type { WorkspacePlace } from './workspace.ts';

let base: string;
let places: Readonly<Record<string, WorkspacePlace>>;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'cuttle-apart-')));
  await mkdir(join(base, 'a'));
  await mkdir(join(base, 'b', 'deep'), { recursive: true });
  await writeFile(join(base, 'a', 'own.txt'), 'OWN');
  await writeFile(join(base, 'b', 'secret.txt'), 'SECRET');
  await writeFile(join(base, 'b', 'deep', 'secret.txt'), 'SECRET');
  places = {
    a: { root: join(base, 'a'), hardLinks: 'refuse' },
    b: { root: join(base, 'b'), hardLinks: 'refuse' },
    // The whole folder is one agent's, with the others' in it.
    main: { root: base, apart: [join(base, 'a'), join(base, 'b'), join(base, 'later')] },
  };
});
afterEach(() => rm(base, { recursive: true }));

/** What comes back, or the error code. */
async function call(agentId: string, name: string, input: object): Promise<string> {
  const tools = createFileTools({ placeOf: (id) => places[id] ?? { root: '/nowhere' } });
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new TypeError(`There is no tool ${name}.`);
  try {
    const context = contextOf({ agentId });
    return (await tool.run(tool.input.parse(input), context, AbortSignal.timeout(5000))).text;
  } catch (error) {
    if (isCuttleError(error)) return error.code;
    throw error;
  }
}
const read = (agentId: string, path: string): Promise<string> =>
  call(agentId, 'file_read', { path });

describe('workspaces of several agents', () => {
  it('are each their own', async () => {
    expect(await read('a', 'own.txt')).toBe('OWN');
    expect(await read('b', 'secret.txt')).toBe('SECRET');
    expect(await call('a', 'file_write', { path: 'new.txt', content: 'x' })).toContain('created');
    expect(await read('b', 'new.txt')).toBe('tool.failed');
  });

  it.each([
    '../b/secret.txt',
    '../../b/secret.txt',
    './../b/./secret.txt',
    '../B/secret.txt',
    '../b/SECRET.TXT',
    '..//b/secret.txt',
    '..\\b\\secret.txt',
    '../b\u0000/secret.txt',
    '/b/secret.txt',
  ])('cannot be reached by the path %j', async (path) => {
    expect(await read('a', path)).toBe('tool.denied');
    expect(await call('a', 'file_write', { path, content: 'x' })).toBe('tool.denied');
  });

  it('cannot be reached by the whole path', async () => {
    const path = join(base, 'b', 'secret.txt');
    expect(await read('a', path)).toBe('tool.denied');
    expect(await call('a', 'file_list', { path: join(base, 'b') })).toBe('tool.denied');
    expect(await call('a', 'file_edit', { path, old: 'SECRET', new: 'x' })).toBe('tool.denied');
  });

  it('cannot be reached by a link to a file or a folder', async () => {
    await symlink(join(base, 'b', 'secret.txt'), join(base, 'a', 'file'));
    await symlink('../b', join(base, 'a', 'folder'));
    expect(await read('a', 'file')).toBe('tool.denied');
    expect(await read('a', 'folder/secret.txt')).toBe('tool.denied');
    expect(await read('a', 'folder/deep/secret.txt')).toBe('tool.denied');
    expect(await call('a', 'file_list', { path: 'folder' })).toBe('tool.denied');
    expect(await call('a', 'file_write', { path: 'folder/x', content: 'x' })).toBe('tool.denied');
  });

  it('cannot be reached by a second name of a file', async () => {
    await link(join(base, 'b', 'secret.txt'), join(base, 'a', 'second.txt'));
    expect(await read('a', 'second.txt')).toBe('tool.denied');
    expect(await call('a', 'file_edit', { path: 'second.txt', old: 'S', new: 'x' })).toBe(
      'tool.denied',
    );
    // What is written is a new file: the other name keeps what it had.
    await rm(join(base, 'a', 'second.txt'));
    expect(await read('b', 'secret.txt')).toBe('SECRET');
  });

  it('are outside for the one whose folder they lie in, also before they are made', async () => {
    await writeFile(join(base, 'mine.txt'), 'MINE');
    expect(await read('main', 'mine.txt')).toBe('MINE');
    expect(await call('main', 'file_list', {})).toBe('mine.txt');
    expect(await read('main', 'b/secret.txt')).toBe('tool.denied');
    expect(await read('main', 'b/deep/secret.txt')).toBe('tool.denied');
    expect(await call('main', 'file_list', { path: 'b' })).toBe('tool.denied');
    expect(await call('main', 'file_write', { path: 'later/x.txt', content: 'x' })).toBe(
      'tool.denied',
    );
    await symlink('b', join(base, 'alias'));
    expect(await read('main', 'alias/secret.txt')).toBe('tool.denied');
  });
});
