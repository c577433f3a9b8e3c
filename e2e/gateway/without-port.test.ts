import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getActiveResourcesInfo } from 'node:process';
import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';
import { expect, it } from 'vitest';

const openPorts = (): number =>
  getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;

it('answers in the process and opens no port', { timeout: 30_000 }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'cuttle-no-port-'));
  const before = openPorts();
  const config = configSchema.parse({ log: { level: 'error' } });
  await using server = await createServer(config, { home, port: 'none' });
  expect(server.url).toBeUndefined();
  expect(openPorts()).toBe(before);
  expect(existsSync(join(home, 'run', 'gateway.json'))).toBe(false);
  await server.call('chat.send', {
    sessionKey: 'main',
    message: 'What is 6 * 7?',
    idempotencyKey: 'one',
  });
  await server.settled();
  const { entries } = await server.call('chat.history', { sessionKey: 'main' });
  expect(JSON.stringify(entries.at(-1))).toContain('42');
  await server[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});
