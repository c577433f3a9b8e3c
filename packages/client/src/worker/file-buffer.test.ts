import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileBuffer } from './file-buffer.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-buffer-'));
  path = join(folder, 'reports.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a buffer in a file', () => {
  it('has its lines in the next life, for nobody else to read', async () => {
    const buffer = await openFileBuffer(path);
    await buffer.append('{"a":1}');
    await buffer.append('{"b":"ü"}');
    expect(await buffer.read()).toEqual(['{"a":1}', '{"b":"ü"}']);
    await buffer[Symbol.asyncDispose]();
    await using again = await openFileBuffer(path);
    expect(await again.read()).toEqual(['{"a":1}', '{"b":"ü"}']);
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it('takes a line that was cut for one that was never written', async () => {
    await (await openFileBuffer(path))[Symbol.asyncDispose]();
    await appendFile(path, 'one\ntwo\nthr');
    await using buffer = await openFileBuffer(path);
    expect(await buffer.read()).toEqual(['one', 'two']);
    await buffer.append('three');
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\nthree\n');
  });

  it('puts other lines in the place of all, and goes on from there', async () => {
    await using buffer = await openFileBuffer(path);
    await buffer.append('one');
    await buffer.replace(['two']);
    await buffer.append('three');
    expect(await buffer.read()).toEqual(['two', 'three']);
    expect(await readFile(path, 'utf8')).toBe('two\nthree\n');
    await buffer.replace([]);
    expect(await buffer.read()).toEqual([]);
    expect(await readdir(folder)).toEqual(['reports.jsonl']);
  });

  it('says so where there is no such folder', async () => {
    await expect(openFileBuffer(join(folder, 'no/reports'))).rejects.toThrow('ENOENT');
  });
});
