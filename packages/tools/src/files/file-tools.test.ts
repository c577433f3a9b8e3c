import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Tool } from '@cuttle/core-types/ports';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextOf } from '../contract/tool-context.ts';
import { createFileTools } from './file-tools.ts';

let base: string;
let root: string;
let tools: ReadonlyMap<string, Tool>;

beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'cuttle-files-')));
  root = join(base, 'workspace');
  await mkdir(join(root, 'notes'), { recursive: true });
  await writeFile(join(root, 'notes', 'a.txt'), 'one\ntwo\nthree\n');
  await writeFile(join(base, 'secret.txt'), 'SECRET');
  await mkdir(join(base, 'outside'));
  await writeFile(join(base, 'outside', 'secret.txt'), 'SECRET');
  tools = new Map(createFileTools({ placeOf: () => ({ root }) }).map((tool) => [tool.name, tool]));
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

async function call(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  context = contextOf(),
): Promise<string> {
  const tool = tools.get(name);
  if (!tool) throw new Error(`no tool ${name}`);
  return (await tool.run(tool.input.parse(raw), context, new AbortController().signal)).text;
}
/** The error code, or what came back. */
async function tryCall(name: string, raw: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    return `ok ${await call(name, raw)}`;
  } catch (error) {
    return isCuttleError(error) ? error.code : `crash ${String(error)}`;
  }
}
async function tree(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

describe('file_read', () => {
  it('reads a file and taints the run', async () => {
    const context = contextOf();
    expect(await call('file_read', { path: 'notes/a.txt' }, context)).toBe('one\ntwo\nthree\n');
    expect([...context.taints]).toEqual(['file']);
  });

  it('reads lines, and says where to go on', async () => {
    expect(await call('file_read', { path: 'notes/a.txt', offset: 2, limit: 1 })).toBe(
      'two\n(Lines 2 to 2 of 4; read on with offset 3.)',
    );
    expect(await call('file_read', { path: 'notes/a.txt', offset: 9 })).toBe(
      '(The file has 4 lines.)',
    );
  });

  it('gives a long file in pages that fit, none of it lost', async () => {
    const lines = Array.from({ length: 3000 }, (_, at) => `line ${at} ${'x'.repeat(at % 40)}`);
    await writeFile(join(root, 'long.txt'), lines.join('\n'));
    const read: string[] = [];
    for (let offset: number | undefined = 1; offset !== undefined;) {
      const page = await call('file_read', { path: 'long.txt', offset, limit: 5000 });
      expect(page.length).toBeLessThanOrEqual(20_000);
      const note = /\n\(Lines \d+ to \d+ of 3000; read on with offset (\d+)\.\)$/.exec(page);
      read.push(note ? page.slice(0, note.index) : page);
      offset = note ? Number(note[1]) : undefined;
    }
    expect(read.join('\n')).toBe(lines.join('\n'));
  });

  it.each([
    ['what is not there', 'notes/b.txt', 'there is no such file'],
    ['a folder', 'notes', 'is not a file'],
    ['a path through a file', 'notes/a.txt/b', 'a part of the path is a file'],
    ['an endless name', 'x'.repeat(900), 'the name is too long'],
  ])('says so of %s, without a path of the machine', async (_what, path, part) => {
    const failure = call('file_read', { path });
    await expect(failure).rejects.toThrow(part);
    await expect(failure).rejects.not.toThrow(base);
  });

  it('refuses what is no text and what is too large', async () => {
    await writeFile(join(root, 'image.png'), Buffer.from([0x89, 0x50, 0, 1]));
    await writeFile(join(root, 'latin1.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
    await writeFile(join(root, 'huge.txt'), Buffer.alloc(5_000_001, 'a'));
    await expect(call('file_read', { path: 'image.png' })).rejects.toThrow('not a text file');
    await expect(call('file_read', { path: 'latin1.txt' })).rejects.toThrow('not a text file');
    await expect(call('file_read', { path: 'huge.txt' })).rejects.toThrow('5000001 bytes');
  });

  it('does not wait for a pipe or a device', async () => {
    await symlink('/dev/zero', join(root, 'zero'));
    expect(await tryCall('file_read', { path: 'zero' })).toBe('tool.denied');
  });
});

describe('what a call would write', () => {
  it.each([
    ['notes/a.txt', 'notes/a.txt'],
    ['./notes/../AGENTS.md', 'AGENTS.md'],
    ['new/folder/b.txt', 'new/folder/b.txt'],
    ['../secret.txt', undefined],
  ])('is told of %s, its links followed, before anything is written', async (path, written) => {
    const signal = new AbortController().signal;
    const before = await tree(root);
    for (const name of ['file_write', 'file_edit'])
      expect(await tools.get(name)?.writes?.({ path }, { agentId: 'main' }, signal)).toBe(written);
    await symlink(join(root, 'notes', 'a.txt'), join(root, 'link.txt'));
    const linked = { path: 'link.txt' };
    const write = tools.get('file_write');
    expect(await write?.writes?.(linked, { agentId: 'main' }, signal)).toBe('notes/a.txt');
    await rm(join(root, 'link.txt'));
    expect(await tree(root)).toEqual(before);
    expect(tools.get('file_read')?.writes).toBeUndefined();
  });
});

describe('file_write', () => {
  it('makes folders, replaces what was there, and leaves nothing else behind', async () => {
    expect(await call('file_write', { path: 'new/deep/b.txt', content: 'ä' })).toBe(
      '"new/deep/b.txt" is created, 2 bytes.',
    );
    expect(await call('file_write', { path: 'new/deep/b.txt', content: 'b' })).toBe(
      '"new/deep/b.txt" is replaced, 1 bytes.',
    );
    expect(await readFile(join(root, 'new/deep/b.txt'), 'utf8')).toBe('b');
    expect(await tree(root)).toEqual(['new/deep/b.txt', 'notes/a.txt']);
  });

  it('keeps a hard link outside as it is', async () => {
    await link(join(base, 'secret.txt'), join(root, 'linked.txt'));
    await call('file_write', { path: 'linked.txt', content: 'changed' });
    expect(await readFile(join(base, 'secret.txt'), 'utf8')).toBe('SECRET');
  });

  it('takes a path that is absolute but inside', async () => {
    await call('file_write', { path: join(root, 'b.txt'), content: 'b' });
    expect(await tree(root)).toEqual(['b.txt', 'notes/a.txt']);
  });

  it.each(['.', 'notes', './notes/..'])('refuses to write over the folder %s', async (path) => {
    expect(await tryCall('file_write', { path, content: 'x' })).toBe('tool.failed');
  });

  it('leaves whole texts to readers while it writes', async () => {
    const texts = ['a'.repeat(200_000), 'b'.repeat(200_000)];
    const seen = new Set<string>();
    await call('file_write', { path: 'c.txt', content: texts[0] });
    const writer = (async () => {
      for (let round = 0; round < 20; round += 1)
        await call('file_write', { path: 'c.txt', content: texts[round % 2] });
    })();
    for (let round = 0; round < 50; round += 1)
      seen.add(await readFile(join(root, 'c.txt'), 'utf8'));
    await writer;
    expect([...seen].every((text) => texts.includes(text))).toBe(true);
  });
});

describe('file_edit', () => {
  it('replaces the one passage', async () => {
    await call('file_edit', { path: 'notes/a.txt', old: 'two\n', new: '$& 2\n' });
    expect(await readFile(join(root, 'notes/a.txt'), 'utf8')).toBe('one\n$& 2\nthree\n');
  });

  it.each([
    ['does not occur', 'four', 'does not occur'],
    ['occurs twice', 'o', 'more than once'],
    ['occurs twice, overlapping', 'ee', 'does not occur'],
  ])('changes nothing if the passage %s', async (_what, old, part) => {
    const failure = call('file_edit', {
      path: 'notes/a.txt',
      old: old === 'ee' ? 'eee' : old,
      new: 'x',
    });
    await expect(failure).rejects.toThrow(part);
    expect(await readFile(join(root, 'notes/a.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('keeps a byte order mark', async () => {
    await writeFile(join(root, 'bom.txt'), '\ufeffone');
    await call('file_edit', { path: 'bom.txt', old: 'one', new: 'two' });
    expect(await readFile(join(root, 'bom.txt'), 'utf8')).toBe('\ufefftwo');
  });
});

describe('file_list', () => {
  it('lists a folder, each name on one line', async () => {
    await writeFile(join(root, 'evil\nname\u202e.txt'), '');
    await symlink(base, join(root, 'way-out'));
    const context = contextOf();
    expect(await call('file_list', {}, context)).toBe(
      'evil\ufffdname\ufffd.txt\nnotes/\nway-out (link)',
    );
    expect([...context.taints]).toEqual(['file']);
  });
});

describe('the workspace', async () => {
  const paths = JSON.parse(
    await readFile(new URL('fixtures/path-traversal.json', import.meta.url), 'utf8'),
  ) as string[];

  it('is not left by any known path', async () => {
    const wrong: string[] = [];
    for (const path of paths.filter((text) => text.length > 0 && text.length <= 1000)) {
      for (const answer of [
        await tryCall('file_read', { path }),
        await tryCall('file_list', { path }),
        await tryCall('file_write', { path, content: 'written' }),
        await tryCall('file_edit', { path, old: 'written', new: 'edited' }),
      ])
        if (/^crash|SECRET|root:/.test(answer)) wrong.push(`${path}: ${answer}`);
    }
    expect(wrong).toEqual([]);
    expect((await tree(base)).filter((file) => !file.startsWith('workspace/'))).toEqual([
      'outside/secret.txt',
      'secret.txt',
    ]);
    expect(paths.length).toBeGreaterThanOrEqual(200);
  }, 30_000);

  it.each([
    ['a way up', '../secret.txt'],
    ['a longer way up', 'notes/../../secret.txt'],
    ['an absolute path', '/etc/passwd'],
    ['a folder beside with the same beginning', '../workspace-2/x'],
    ['a zero byte', 'notes/a.txt\u0000.png'],
    ['a backslash', String.raw`..\secret.txt`],
    ['a line break', 'a\nb'],
    ['a link to a file outside', 'link-file'],
    ['a link to a folder outside', 'link-folder/secret.txt'],
    ['a link to nowhere outside', 'link-dangling'],
    ['a link to a link outside', 'link-twice/secret.txt'],
    ['a new file in a link to a folder', 'link-folder/new/x.txt'],
  ])('is not left by %s', async (_what, path) => {
    await symlink(join(base, 'secret.txt'), join(root, 'link-file'));
    await symlink(join(base, 'outside'), join(root, 'link-folder'));
    await symlink(join(base, 'not-there.txt'), join(root, 'link-dangling'));
    await symlink('link-folder', join(root, 'link-twice'));
    for (const name of ['file_read', 'file_write', 'file_edit', 'file_list']) {
      const raw =
        {
          file_read: { path },
          file_list: { path },
          file_write: { path, content: 'x' },
          file_edit: { path, old: 'SECRET', new: 'x' },
        }[name] ?? {};
      expect(await tryCall(name, raw)).toMatch(/^tool\.(?:denied|failed)$/);
    }
    expect((await tree(base)).filter((file) => !file.startsWith('workspace/'))).toEqual([
      'outside/secret.txt',
      'secret.txt',
    ]);
    expect(await readFile(join(base, 'secret.txt'), 'utf8')).toBe('SECRET');
  });

  it('follows links that stay inside', async () => {
    await symlink('notes', join(root, 'alias'));
    await symlink('notes/a.txt', join(root, 'a-link.txt'));
    expect(await call('file_read', { path: 'alias/a.txt' })).toBe('one\ntwo\nthree\n');
    await call('file_write', { path: 'a-link.txt', content: 'new' });
    expect(await readFile(join(root, 'notes/a.txt'), 'utf8')).toBe('new');
  });

  it('notices a folder that is swapped for a link while it is used', async () => {
    await mkdir(join(root, 'swap'));
    await writeFile(join(root, 'swap', 'secret.txt'), 'mine');
    await symlink(join(base, 'outside'), join(base, 'decoy'));
    const stop = new AbortController();
    const move = (from: string, to: string): Promise<void> =>
      rename(join(base, from), join(base, to)).catch(() => undefined);
    const swapper = (async () => {
      while (!stop.signal.aborted) {
        await move('workspace/swap', 'parked');
        await move('decoy', 'workspace/swap');
        await move('workspace/swap', 'decoy');
        await move('parked', 'workspace/swap');
      }
    })();
    const answers = new Set<string>();
    for (let round = 0; round < 150; round += 1) {
      answers.add(await tryCall('file_read', { path: 'swap/secret.txt' }));
      answers.add(await tryCall('file_write', { path: `swap/new.txt`, content: 'written' }));
    }
    stop.abort();
    await swapper;
    const outside = await tree(join(base, 'outside'));
    const texts = await Promise.all(
      outside.map((file) => readFile(join(base, 'outside', file), 'utf8')),
    );
    expect(texts.filter((text) => text !== '')).toEqual(['SECRET']);
    expect([...answers].filter((answer) => answer.includes('SECRET'))).toEqual([]);
  }, 30_000);
});

describe('the memory', () => {
  const person = { id: 'person:ann', kind: 'person', personId: 'ann', scopes: [] } as const;
  const ann = { principal: { ...person, scopes: [] } };
  const inGroup = { sessionKey: 'agent:main:telegram:a:group:-100' };

  it('is read by the owner alone, and written by nobody with these tools', async () => {
    await mkdir(join(root, 'memory', 'people'), { recursive: true });
    await writeFile(join(root, 'MEMORY.md'), 'mine');
    await symlink('MEMORY.md', join(root, 'alias.md'));
    const callAs = async (name: string, input: object, context: object = {}): Promise<string> => {
      const tool = tools.get(name);
      if (!tool) throw new Error(`no tool ${name}`);
      const { signal } = new AbortController();
      return (await tool.run(tool.input.parse(input), contextOf(context), signal)).text;
    };
    expect(await callAs('file_read', { path: 'MEMORY.md' })).toBe('mine');
    expect(await callAs('file_list', { path: 'memory' })).toBe('people/');
    const refused = { code: 'tool.denied' };
    for (const context of [ann, inGroup]) {
      for (const path of ['MEMORY.md', 'alias.md', './memory/../MEMORY.md', 'memory/people/x.md'])
        await expect(callAs('file_read', { path }, context)).rejects.toMatchObject(refused);
      await expect(callAs('file_list', { path: 'memory' }, context)).rejects.toMatchObject(refused);
    }
    for (const path of ['MEMORY.md', 'alias.md', 'memory/new/a.md', 'Memory.md']) {
      await expect(callAs('file_write', { path, content: 'x' })).rejects.toMatchObject(refused);
      await expect(callAs('file_edit', { path, old: 'mine', new: 'x' })).rejects.toMatchObject(
        refused,
      );
    }
    expect(await readFile(join(root, 'MEMORY.md'), 'utf8')).toBe('mine');
  });
});
