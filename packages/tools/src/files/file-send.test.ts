import { link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Tool } from '@cuttle/core-types/ports';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contextOf, person } from '../contract/tool-context.ts';
import { createFileSendTool } from './file-send.ts';

let base: string;
let root: string;
let tool: Tool;
const kept = new Map<string, string>();

beforeEach(async () => {
  kept.clear();
  base = await realpath(await mkdtemp(join(tmpdir(), 'cuttle-send-')));
  root = join(base, 'workspace');
  await mkdir(join(root, 'charts'), { recursive: true });
  await writeFile(join(root, 'charts', 'week.png'), 'picture');
  await writeFile(join(root, 'notes.md'), 'words');
  await writeFile(join(root, 'MEMORY.md'), 'what is remembered');
  await writeFile(join(root, 'empty.txt'), '');
  await writeFile(join(base, 'secret.txt'), 'SECRET');
  const [made] = createFileSendTool({
    placeOf: () => ({ root, hardLinks: 'refuse' }),
    inspect: (bytes, { name = '' }) => {
      const isPicture = name.endsWith('.png');
      const mimeType = isPicture ? 'image/png' : 'application/zip';
      return { kind: isPicture ? 'image' : 'other', mimeType, bytes: bytes.length };
    },
    blobs: {
      async put(bytes) {
        const hash = `hash-${kept.size}`;
        kept.set(hash, Buffer.from(bytes).toString());
        return hash;
      },
    },
  });
  if (!made) throw new Error('There is a tool');
  tool = made;
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

async function call(raw: object, context = contextOf()): Promise<string> {
  return (await tool.run(tool.input.parse(raw), context, new AbortController().signal)).text;
}

async function codeOf(raw: object, context = contextOf()): Promise<string> {
  const failure: unknown = await call(raw, context).catch((error: unknown) => error);
  return isCuttleError(failure) ? failure.code : `ok ${String(failure)}`;
}

it('keeps the bytes and asks for one message that names them, by what they are', async () => {
  const context = contextOf();
  const said = await call({ files: ['charts/week.png', 'notes.md'], text: 'Here.' }, context);
  expect(said).toBe('On the way: week.png, notes.md, as message-1.');
  expect([...kept]).toEqual([
    ['hash-0', 'picture'],
    ['hash-1', 'words'],
  ]);
  expect(context.sent).toEqual([
    {
      to: 'current',
      answer: {
        text: 'Here.',
        files: [
          { sha256: 'hash-0', kind: 'image', mimeType: 'image/png', name: 'week.png', bytes: 7 },
          {
            sha256: 'hash-1',
            kind: 'document',
            mimeType: 'application/zip',
            name: 'notes.md',
            bytes: 5,
          },
        ],
      },
    },
  ]);
});

it('sends nothing from outside of the workspace, nor what is not there', async () => {
  await symlink(join(base, 'secret.txt'), join(root, 'link.txt'));
  await link(join(base, 'secret.txt'), join(root, 'hard.txt'));
  const context = contextOf();
  for (const path of ['../secret.txt', 'link.txt', 'hard.txt', join(base, 'secret.txt')])
    expect(await codeOf({ files: ['notes.md', path] }, context)).toBe('tool.denied');
  for (const path of ['nowhere.txt', 'charts', 'empty.txt'])
    expect(await codeOf({ files: [path] }, context)).toBe('tool.failed');
  expect(context.sent).toEqual([]);
  expect([...kept.values()]).not.toContain('SECRET');
});

it('sends files of the memory only for the owner, and elsewhere only for the owner', async () => {
  const ann = contextOf({ principal: person('ann'), trust: 'paired' });
  expect(await codeOf({ files: ['MEMORY.md'] }, ann)).toBe('tool.denied');
  expect(await codeOf({ files: ['notes.md'], to: 'telegram:7' }, ann)).toBe('tool.denied');
  expect(await call({ files: ['notes.md'] }, ann)).toContain('notes.md');
  const mine = contextOf();
  await call({ files: ['MEMORY.md'], to: 'telegram:7' }, mine);
  expect(mine.sent).toMatchObject([{ to: 'telegram:7' }]);
});

it.each([{ files: [] }, {}, { files: ['a'], extra: 1 }, { files: Array(11).fill('a') }])(
  'takes no %j',
  (raw) => {
    expect(tool.input.safeParse(raw).success).toBe(false);
  },
);
