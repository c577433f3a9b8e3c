import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAttachCommand } from './attach-command.ts';

const never = new AbortController().signal;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-attach-'));
  for (const name of ['a.txt', 'my notes.txt', 'b.txt']) await writeFile(join(folder, name), name);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const namesOf = (taken: readonly { readonly name: string }[]): readonly string[] =>
  taken.map(({ name }) => name);

describe('/attach', () => {
  it('leaves all other lines alone', async () => {
    const attach = createAttachCommand(folder);
    for (const line of ['hello', '/attachment a.txt', 'say /attach a.txt', '"'])
      expect(await attach.read(line, never)).toBeUndefined();
    expect(attach.take()).toEqual([]);
  });

  it('holds files for one message, with names as a shell reads them', async () => {
    const attach = createAttachCommand(folder);
    expect(await attach.read(`/attach ~/a.txt "${folder}/my notes.txt"`, never)).toBe(
      'With the next message: a.txt, my notes.txt. `/attach none` takes them back.',
    );
    await attach.read(`/attach ${folder}/my\\ notes.txt '${folder}/b.txt'`, never);
    const taken = attach.take();
    expect(namesOf(taken)).toEqual(['a.txt', 'my notes.txt', 'my notes.txt', 'b.txt']);
    expect(Buffer.from(taken[1]?.data ?? '', 'base64').toString()).toBe('my notes.txt');
    expect(attach.take()).toEqual([]);
  });

  it('takes them back, and keeps what was held where one cannot go along', async () => {
    const attach = createAttachCommand(folder);
    await attach.read('/attach ~/a.txt', never);
    await expect(attach.read('/attach ~/b.txt ~/none.txt', never)).rejects.toThrow(
      'none.txt: there is no such file.',
    );
    expect(await attach.read('/attach', never)).toContain('With the next message: a.txt.');
    expect(await attach.read('/attach none', never)).toBe('Nothing goes along.');
    expect(await attach.read('/attach', never)).toContain('`/attach photo.png');
    expect(attach.take()).toEqual([]);
  });

  it('counts all files of a message together', async () => {
    await mkdir(join(folder, 'large'));
    await writeFile(join(folder, 'large/1'), Buffer.alloc(3_000_001, 1));
    await writeFile(join(folder, 'large/2'), Buffer.alloc(3_000_000, 1));
    const attach = createAttachCommand(folder);
    await attach.read('/attach ~/large/1', never);
    await expect(attach.read('/attach ~/large/2', never)).rejects.toThrow('at most 6 MB together');
    expect(namesOf(attach.take())).toEqual(['1']);
  });

  it('gives back what could not be sent to the next message', async () => {
    const attach = createAttachCommand(folder);
    await attach.read('/attach ~/a.txt', never);
    const taken = attach.take();
    await attach.read('/attach ~/b.txt', never);
    attach.putBack(taken);
    expect(namesOf(attach.take())).toEqual(['a.txt', 'b.txt']);
  });
});
