import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIds } from '@cuttle/core-types';
import {
  createLog,
  createRandomBytes,
  createServer,
  type CuttleServer,
  nodeClock,
  openConfigFile,
} from '@cuttle/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectRaw, payloadOf, type RawClient } from './raw-client.ts';

let scope: AsyncDisposableStack;
let file: string;
let server: CuttleServer;
let token: string;

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-broadcast-'));
  scope.defer(() => rm(home, { recursive: true, force: true }));
  file = join(home, 'cuttle.json5');
  await writeFile(file, `{ gateway: { port: 0 }, log: { level: 'error' } }`);
  const newId = createIds({ now: nodeClock.now, random: createRandomBytes() });
  const env = { OLLAMA_HOST: '127.0.0.1:9' };
  const configuration = await openConfigFile({ home, env, newId });
  const log = createLog({ level: 'error', now: nodeClock.now });
  server = scope.use(
    await createServer(configuration.current().config, { home, configuration, log, env }),
  );
  token = (await readFile(join(home, 'credentials/gateway-token'), 'utf8')).trim();
});
afterEach(() => scope.disposeAsync());

const connect = (): Promise<RawClient> => connectRaw(String(server.url));

it('tells everyone who is let in that another configuration is in force, by path and without values', async () => {
  const client = await connect();
  const stranger = await connect();
  await client.shake({ auth: { token } });
  const set = client.call('config.set', {
    path: 'agents.defaults.system',
    value: 'A private word.',
  });
  const told = await client.until(({ event }) => event === 'config.changed');
  const { hash } = payloadOf(await set);
  expect(told.payload).toEqual({ hash, changed: ['agents.defaults'] });
  expect(JSON.stringify(client.events)).not.toContain('private');
  expect(stranger.events).toEqual([]);
});

it('tells what it announces at the handshake', async () => {
  const client = await connect();
  const { features, policy } = payloadOf(await client.shake({ auth: { token } }));
  const events = [
    'agent',
    'chat',
    'session',
    'health',
    'config.changed',
    'pairing.changed',
    'channels.changed',
    'shutdown',
    'tick',
  ];
  expect(features).toMatchObject({ events });
  expect(policy).toMatchObject({ tickIntervalMs: 30_000 });
});

it('tells that it stops, before it closes', async () => {
  const client = await connect();
  await client.shake({ auth: { token } });
  await server[Symbol.asyncDispose]();
  expect((await client.closed).code).toBe(1012);
  expect(client.events.at(-1)).toMatchObject({
    event: 'shutdown',
    payload: { reason: 'draining' },
  });
});
