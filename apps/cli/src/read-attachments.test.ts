import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttachments } from './read-attachments.ts';

const never = new AbortController().signal;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-attach-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string): string => join(folder, name);

describe('readAttachments', () => {
  it('reads files as they are, under their own names', async () => {
    await writeFile(at('a.bin'), Buffer.from([0, 255]));
    expect(await readAttachments([at('a.bin')], never)).toEqual([
      { mimeType: 'application/octet-stream', name: 'a.bin', data: 'AP8=' },
    ]);
  });

  it('names what cannot go along, and why', async () => {
    await writeFile(at('empty'), '');
    await writeFile(at('large'), 'x');
    await truncate(at('large'), 6_000_001);
    const why = async (...paths: string[]): Promise<string> =>
      readAttachments(paths, never).then(
        () => 'it was read',
        (error: unknown) => String(error),
      );
    expect(await why(at('none'))).toContain('none: there is no such file.');
    expect(await why(folder)).toContain('this is no file.');
    expect(await why('/dev/zero')).toContain('this is no file.');
    expect(await why(at('empty'))).toContain('this file is empty.');
    expect(await why(at('large'))).toContain('at most 6 MB together');
    expect(await why(...Array.from({ length: 21 }, () => at('empty')))).toContain('At most 20');
  });
});
