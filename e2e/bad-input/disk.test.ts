import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { isCuttleError } from '@cuttle/core-types/errors';
import { createServer } from '@cuttle/server';
import { afterAll, describe, expect, it } from 'vitest';

/** A disk of 100 MB, where this machine lets us have one. */
function mountDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'cuttle-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
}

const disk = mountDisk();
afterAll(() => {
  if (disk === undefined) return;
  execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(disk === undefined)('a disk that fills up (needs the right to mount one)', () => {
  it('refuses new messages with the next step, keeps all it took, and goes on when there is room', async () => {
    const home = join(disk ?? '', 'home');
    const config = configSchema.parse({ gateway: { port: 0 }, log: { level: 'error' } });
    const ballast = join(disk ?? '', 'ballast');
    await using server = await createServer(config, { home });
    const send = async (message: string, key: string): Promise<string> => {
      const { runId } = await server.call('chat.send', {
        sessionKey: 'main',
        message,
        idempotencyKey: key,
      });
      return runId;
    };
    const kept = await send('Hello before', 'k1');
    await server.call('agent.wait', { runId: kept });

    await writeFile(ballast, Buffer.alloc(70 * 1024 * 1024));
    const refusal = await untilRefused(send);
    expect(refusal).toMatchObject({
      code: 'store.full',
      hint: expect.stringContaining('Free disk space'),
    });
    const ready = await fetch(new URL('/ready', server.url));
    expect(ready.status).toBe(503);
    expect(JSON.stringify(await ready.json())).toContain('disk');
    expect(await server.call('messages.fate', { id: kept })).toMatchObject({ state: 'answered' });

    await rm(ballast);
    const after = await untilTaken(send);
    expect(await server.call('agent.wait', { runId: after })).toMatchObject({
      status: 'completed',
    });
    expect((await fetch(new URL('/ready', server.url))).status).toBe(200);
    const { entries } = await server.call('chat.history', { sessionKey: 'main' });
    expect(JSON.stringify(entries)).toContain('Hello before');
  });
});

type Send = (message: string, key: string) => Promise<string>;

/** The store looks at its disk with a write, once a second. */
async function untilRefused(send: Send): Promise<unknown> {
  for (let count = 0; ; count += 1) {
    try {
      await send('/help', `full-${count}`);
    } catch (error) {
      return error;
    }
  }
}

async function untilTaken(send: Send): Promise<string> {
  for (;;) {
    try {
      return await send('Hello after', 'k3');
    } catch (error) {
      if (!isCuttleError(error, 'store.full')) throw error;
    }
  }
}
