import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payloadOf } from '../gateway/raw-client.ts';
import { openServerHome, type ServerHome } from '../signals/run-server.ts';

let home: ServerHome;
let file: string;
beforeEach(async () => {
  home = await openServerHome();
  file = join(home.folder, 'data/cuttle.db');
});
afterEach(() => home[Symbol.asyncDispose]());

const hashOf = async (): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** A home that was used and stopped in good order. */
async function usedHome(): Promise<void> {
  const server = home.start();
  const client = await server.connect();
  for (const message of ['/help', '/status', '/help'])
    payloadOf(
      await client.call('chat.send', {
        sessionKey: 'main',
        message,
        idempotencyKey: `${message}${Math.random()}`,
      }),
    );
  server.kill('SIGTERM');
  expect((await server.exit).status).toBe(0);
}

describe('a database that cannot be used', () => {
  it.each<[what: string, harm: () => Promise<void>, code: string]>([
    [
      'is no database',
      async () => {
        await mkdir(join(home.folder, 'data'), { recursive: true });
        await writeFile(file, 'These are not the pages you are looking for. '.repeat(200));
      },
      'store.corrupt',
    ],
    [
      'has a damaged head',
      async () => {
        await usedHome();
        const bytes = await readFile(file);
        bytes.fill(0xa5, 100, 4096);
        await writeFile(file, bytes);
      },
      'store.corrupt',
    ],
    [
      'was cut short',
      async () => {
        await usedHome();
        const bytes = await readFile(file);
        await writeFile(file, bytes.subarray(0, 3 * 4096 + 77));
      },
      'store.corrupt',
    ],
    [
      'is of a newer version',
      async () => {
        await usedHome();
        const db = new DatabaseSync(file);
        db.exec('PRAGMA user_version = 9999');
        db.close();
      },
      'store.newer',
    ],
  ])('because it %s is refused by name and left as it is', async (_what, harm, code) => {
    await harm();
    const before = await hashOf();
    const { status, out, err } = await home.start().exit;
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(new RegExp(`^${code.replace('.', '\\.')}: `));
    expect(err).toContain(file);
    expect(err.trim().split('\n').length).toBeGreaterThan(1);
    expect(err).not.toMatch(/\n\s+at /);
    expect(await hashOf()).toBe(before);
  });

  it('can be moved away, and the home starts anew', async () => {
    await mkdir(join(home.folder, 'data'), { recursive: true });
    await writeFile(file, 'rubbish'.repeat(1000));
    expect((await home.start().exit).err).toContain('store.corrupt');
    await writeFile(file, '');
    const client = await home.start().connect();
    expect(payloadOf(await client.call('health'))).toMatchObject({ ready: true });
  });
});
