import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import { describe, expect, it } from 'vitest';
import { createEditor } from '../node-editor.ts';
import { useBenches } from '../testing/use-benches.ts';

const { benchWith } = useBenches();

const updatedAt = '2026-05-01T12:30:00.000Z';
const file = { path: 'MEMORY.md', text: 'one\n', from: 1, to: 1, lines: 1, hash: 'h1', updatedAt };
const status = { files: 2, chunks: 5, embedded: 0, mode: 'text', watching: true, problems: [] };

describe('memory', () => {
  it('lists files, whose they are and whom they are shared with', async () => {
    const row = { bytes: 120, chunks: 3, updatedAt, shared: [] };
    const { cli, gateway } = await benchWith({
      'memory.list': () => ({
        agentId: 'main',
        files: [
          { ...row, path: 'MEMORY.md' },
          { ...row, path: 'memory/house.md', shared: ['everyone'] },
          { ...row, path: 'memory/people/ann/MEMORY.md', person: 'ann' },
        ],
      }),
    });
    const { out } = await cli.run('memory', 'list', '--agent', 'main');
    expect(out).toMatchInlineSnapshot(`
      "File                         Bytes  Changed               Of
      MEMORY.md                    120    2026-05-01 12:30:00Z
      memory/house.md              120    2026-05-01 12:30:00Z  shared with everyone
      memory/people/ann/MEMORY.md  120    2026-05-01 12:30:00Z  ann
      "
    `);
    expect(gateway.received.at(-1)?.params).toEqual({ agentId: 'main' });
  });

  it('shows a passage by its citation', async () => {
    const { cli, gateway } = await benchWith({ 'memory.get': () => file });
    expect((await cli.run('memory', 'show', 'MEMORY.md#L3-L5')).out).toBe('one\n');
    await cli.run('memory', 'show', 'memory/a.md#L7');
    await cli.run('memory', 'show', 'memory/a.md');
    const asked = gateway.received.filter(({ method }) => method === 'memory.get');
    expect(asked.map(({ params }) => params)).toEqual([
      { path: 'MEMORY.md', from: 3, to: 5 },
      { path: 'memory/a.md', from: 7, to: 7 },
      { path: 'memory/a.md' },
    ]);
  });

  it('finds passages, and says where they come from and what is missing', async () => {
    const hit = { path: 'MEMORY.md', from: 3, to: 3, score: 1, updatedAt };
    const hits = [
      { ...hit, citation: 'MEMORY.md#L3', heading: 'Pets', text: '- **cat**: Luna', taint: [] },
      { ...hit, citation: 'MEMORY.md#L9', heading: '', text: 'Do so.\nNow.', taint: ['web'] },
    ];
    const { cli, gateway } = await benchWith({
      'memory.search': () => ({ mode: 'text', reason: 'No embedding model.', hits }),
    });
    const { out, err } = await cli.run('memory', 'search', 'my', 'cat', '-n', '2');
    expect([out, err]).toMatchInlineSnapshot(`
      [
        "MEMORY.md#L3 Pets
        - **cat**: Luna
      MEMORY.md#L9 (from: web)
        Do so.
        Now.
      ",
        "No embedding model.
      ",
      ]
    `);
    expect(gateway.received.at(-1)?.params).toEqual({ query: 'my cat', limit: 2 });
  });

  it('writes what standard input says over what it has read', async () => {
    const { cli, gateway } = await benchWith({
      'memory.get': () => file,
      'memory.write': () => ({ hash: 'h2' }),
    });
    cli.stdin.end('two\n');
    expect((await cli.run('memory', 'edit', 'MEMORY.md')).out).toBe('"MEMORY.md" is written.\n');
    expect(gateway.received.at(-1)?.params).toEqual({
      path: 'MEMORY.md',
      text: 'two\n',
      baseHash: 'h1',
    });
  });

  it('makes a new file in the editor, and changes nothing that was left as it is', async () => {
    let given = '';
    let typed = 'new\n';
    const { cli, gateway } = await benchWith(
      {
        'memory.get': () => {
          throw new CuttleError('memory.not-found', 'There is none.');
        },
        'memory.write': () => ({ hash: 'h2' }),
      },
      {
        terminal: true,
        async editText({ name, text }, use) {
          given = `${name}:${text}`;
          await use(typed);
        },
      },
    );
    await cli.run('memory', 'edit', 'memory/a.md');
    expect(given).toBe('memory/a.md:');
    expect(gateway.received.at(-1)).toEqual({
      method: 'memory.write',
      params: { path: 'memory/a.md', text: 'new\n' },
    });
    gateway.answer('memory.get', () => file);
    typed = 'one\n';
    expect((await cli.run('memory', 'edit', 'MEMORY.md')).out).toBe('Unchanged.\n');
    expect(gateway.received.at(-1)?.method).toBe('memory.get');
  });

  it('removes lines of what it has read', async () => {
    const { cli, gateway } = await benchWith({
      'memory.get': () => file,
      'memory.remove': () => ({ ok: true }),
    });
    expect((await cli.run('memory', 'rm', 'MEMORY.md#L1')).out).toBe('Removed: MEMORY.md#L1\n');
    expect(gateway.received.at(-1)?.params).toEqual({
      path: 'MEMORY.md',
      baseHash: 'h1',
      from: 1,
      to: 1,
    });
  });

  it('tells how it is searched, and what could not be read', async () => {
    const { cli } = await benchWith({
      'memory.status': () => ({ ...status, reason: 'No embedding model is set up.' }),
      'memory.reindex': () => ({
        ...status,
        embedded: 5,
        mode: 'hybrid',
        model: 'ollama/nomic',
        watching: false,
        problems: [{ path: 'memory/x.md', message: 'no text' }],
      }),
    });
    expect((await cli.run('memory', 'status')).out).toMatchInlineSnapshot(`
      "files      2 with 5 passages
      search     by words
                 No embedding model is set up.
      changes    heard of at once
      "
    `);
    expect((await cli.run('memory', 'reindex')).out).toMatchInlineSnapshot(`
      "files      2 with 5 passages
      search     by words and by meaning
      meaning    ollama/nomic, 5 of 5 passages
      changes    looked for with each search
      problem    memory/x.md: no text
      "
    `);
  });
});

describe('the editor', () => {
  it('gets the text in a file, which is kept when it cannot be used', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cuttle-editor-'));
    const program = join(folder, 'editor');
    await writeFile(program, `#!/bin/sh\necho "$1 $2" >> ${folder}/seen\necho more >> "$2"\n`);
    await chmod(program, 0o755);
    const edit = createEditor({ env: { EDITOR: `${program} --wait` }, platform: 'linux' });
    const used: string[] = [];
    await edit({ name: 'memory/a.md', text: 'one\n' }, async (text) => void used.push(text));
    expect(used).toEqual(['one\nmore\n']);
    const failure = await edit({ name: 'memory/a.md', text: 'one\n' }, () =>
      Promise.reject(new CuttleError('memory.stale', 'Changed.')),
    ).catch((error: unknown) => error);
    const kept = (await readFile(join(folder, 'seen'), 'utf8')).split('\n')[1]?.split(' ')[1] ?? '';
    expect(failure).toMatchObject({ code: 'memory.stale', hint: `Your text is kept in ${kept}.` });
    expect(await readFile(kept, 'utf8')).toBe('one\nmore\n');
    await rm(kept.replace(/a\.md$/, ''), { recursive: true });
    await rm(folder, { recursive: true });
  });

  it('that is not there is named', async () => {
    const edit = createEditor({ env: { VISUAL: '/nowhere/editor' }, platform: 'linux' });
    await expect(edit({ name: 'a.md', text: '' }, async () => undefined)).rejects.toThrow(
      'The editor "/nowhere/editor" cannot be started.',
    );
  });
});
