import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CredentialFiles, openCredentialFiles } from './credential-files.ts';

const signal = new AbortController().signal;
const clock = {
  sleep: (ms: number, over: AbortSignal) => sleep(ms, undefined, { signal: over }),
};
let root: string;
let folder: string;
let files: CredentialFiles;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cuttle-credentials-'));
  folder = join(root, 'credentials', 'logins');
  files = openCredentialFiles(folder, { clock });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('credential files', () => {
  it('keeps texts that only their owner can read', async () => {
    expect(await files.read('one')).toBeUndefined();
    expect(await files.list()).toEqual([]);
    await files.put('one', 'first');
    await files.put('one', 'second');
    expect(await files.read('one')).toBe('second');
    expect(await files.list()).toEqual(['one']);
    expect((await stat(join(folder, 'one.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual(['one.json']);
    await files.remove('one');
    await files.remove('one');
    expect(await files.read('one')).toBeUndefined();
  });

  it.each(['', '..', '../x', 'a/b', 'A', 'a.json', 'x'.repeat(65)])('refuses %j', async (name) => {
    await expect(files.read(name)).rejects.toThrow(TypeError);
    await expect(files.put(name, '')).rejects.toThrow(TypeError);
  });

  it('lists no other files', async () => {
    await files.put('one', '1');
    await writeFile(join(folder, 'Other.json'), '');
    await writeFile(join(folder, 'two.lock'), '');
    expect(await files.list()).toEqual(['one']);
  });

  it('says what cannot be written, and where', async () => {
    await writeFile(join(root, 'credentials'), 'a file');
    await expect(files.put('one', 'x')).rejects.toMatchObject({
      code: 'access.denied',
      message: expect.stringContaining('ENOTDIR'),
    });
    await chmod(root, 0o700);
  });
});

describe('a lock', () => {
  it('lets one in after the other, also in one process', async () => {
    const order: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      order.push(`${name} begins`);
      await sleep(30);
      order.push(`${name} ends`);
      return name;
    };
    const names = ['a', 'b', 'c'];
    const done = await Promise.all(names.map((name) => files.withLock('one', work(name), signal)));
    expect(done).toEqual(names);
    for (let at = 0; at < order.length; at += 2)
      expect(order[at + 1]).toBe(order[at]?.replace('begins', 'ends'));
  });

  it('is let go when the work fails, and does not hold up other names', async () => {
    await expect(
      files.withLock('one', () => Promise.reject(new Error('no')), signal),
    ).rejects.toThrow('no');
    const inner = (): Promise<string> => files.withLock('two', async () => 'both', signal);
    expect(await files.withLock('one', inner, signal)).toBe('both');
  });

  it('is not waited for by whoever leaves', async () => {
    const leaving = new AbortController();
    const held = files.withLock(
      'one',
      async () => {
        const waiting = files.withLock('one', async () => 'never', leaving.signal);
        leaving.abort(new Error('left'));
        await expect(waiting).rejects.toThrow('left');
        return 'held';
      },
      signal,
    );
    expect(await held).toBe('held');
  });

  const program = fileURLToPath(new URL('lock-program.ts', import.meta.url));
  const start = (mode: string): ReturnType<typeof spawn> =>
    spawn(
      process.execPath,
      [
        '--conditions=@cuttle/source',
        '--disable-warning=ExperimentalWarning',
        program,
        folder,
        mode,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );

  it('holds across processes: nothing is counted twice', async () => {
    await files.put('count', '0');
    const others = [start('count'), start('count'), start('count')];
    const codes = await Promise.all(others.map((child) => once(child, 'close')));
    expect(codes.map(([code]) => code as unknown)).toEqual([0, 0, 0]);
    expect(await readFile(join(folder, 'count.json'), 'utf8')).toBe('60');
  }, 30_000);

  it('ends with a process that is killed', async () => {
    const holder = start('hold');
    await once(holder.stdout ?? holder, 'data');
    holder.kill('SIGKILL');
    await once(holder, 'close');
    expect(await files.withLock('count', async () => 'mine', signal)).toBe('mine');
  }, 30_000);
});
