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
  type ServerLog,
} from '@cuttle/server';
import { echoScript, type ModelServer } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let scope: AsyncDisposableStack;
let model: ModelServer;
let file: string;
let server: CuttleServer;
let log: ServerLog;

const write = (config: object): Promise<void> => writeFile(file, JSON.stringify(config));
const good = (): Readonly<Record<string, unknown>> => ({
  gateway: { port: 0 },
  log: { level: 'error' },
  providers: { local: { kind: 'openai', baseUrl: model.url, apiKey: 'test-key' } },
  agents: { defaults: { model: 'local/gpt-4.1-mini', system: 'Be brief.' } },
});

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-reload-'));
  scope.defer(() => rm(home, { recursive: true, force: true }));
  model = scope.use(await openOpenaiServer({ script: echoScript() }));
  file = join(home, 'cuttle.json5');
  await write(good());
  const newId = createIds({ now: nodeClock.now, random: createRandomBytes() });
  const configuration = await openConfigFile({ home, env: {}, newId });
  const { config } = configuration.current();
  log = createLog({ level: 'error', now: nodeClock.now });
  server = scope.use(await createServer(config, { home, configuration, log, env: {} }));
});
afterEach(() => scope.disposeAsync());

async function ask(message: string): Promise<string | undefined> {
  const said = { sessionKey: 'main', message, idempotencyKey: message };
  const { runId } = await server.call('chat.send', said);
  return (await server.call('agent.wait', { runId, timeoutMs: 10_000 })).text;
}

describe('settings that only an adapter can judge', () => {
  it.each([
    [
      'a provider',
      { providers: { local: { kind: 'openai', baseUrl: 'nowhere' } } },
      'providers.local.baseUrl',
    ],
    ['an unknown kind', { providers: { local: { kind: 'nothing' } } }, 'providers.local.kind'],
    ['a channel', { channels: { telegram: { main: {} } } }, 'channels.telegram.main.token'],
    ['a store', { store: { url: 'mysql://x' } }, 'store.url'],
  ])('of %s keep the last good configuration in force as a whole', async (_what, bad, place) => {
    const before = await server.call('config.get', {});
    await write({ ...good(), agents: { list: [{ id: 'other' }] }, ...bad });

    const report = await server.call('config.reload', {});

    expect(report).toMatchObject({ applied: false, problems: [expect.stringContaining(place)] });
    const after = await server.call('config.get', {});
    expect(after).toMatchObject({ config: before.config, hash: before.hash });
    expect(after.problems).toEqual([expect.stringMatching(`^not in force: .*${place}`)]);
    const { configProblems } = await server.call('status', {});
    expect(configProblems).toEqual(after.problems);
    expect(await ask('[[say=as before]]')).toBe('as before');
    expect(model.calls.at(-1)?.system).toContain('Be brief.');

    await write(good());
    expect(await server.call('config.reload', {})).toMatchObject({ applied: true, problems: [] });
    expect((await server.call('status', {})).configProblems).toEqual([]);
  });

  it('are refused before the file is touched', async () => {
    const before = await readFile(file, 'utf8');
    const set = server.call('config.set', { path: 'providers.local.baseUrl', value: 'no address' });
    await expect(set).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('providers.local.baseUrl'),
    });
    expect(await readFile(file, 'utf8')).toBe(before);
  });
});

it('a secret that came with a change never appears in the log', async () => {
  const apiKey = 'plain words as a key';
  await write({
    ...good(),
    providers: { local: { ...(good()['providers'] as { local: object }).local, apiKey } },
  });
  await server.call('config.reload', {});
  log.error(`The key is ${apiKey}.`);
  expect(JSON.stringify(log.tail(1))).not.toContain(apiKey);
});
