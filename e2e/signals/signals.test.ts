import { existsSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { echoScript, type ModelServer } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, payloadOf, type RawClient, textAt } from '../gateway/raw-client.ts';
import { openServerHome, RunFile, type ServerHome } from './run-server.ts';

let model: ModelServer;
let home: ServerHome;
beforeEach(async () => {
  model = await openOpenaiServer({ script: echoScript(), rules: 'skipped' });
  home = await openServerHome({
    providers: {
      local: {
        kind: 'openai',
        baseUrl: model.url,
        apiKey: 'test-key',
        models: [{ id: 'gpt-4.1-mini' }],
      },
    },
  });
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

async function send(client: RawClient, message: string, key = 'k1'): Promise<string> {
  const params = { sessionKey: 'main', message, idempotencyKey: key };
  return textAt(payloadOf(await client.call('chat.send', params)), 'runId');
}
const firstWords = (client: RawClient): Promise<unknown> =>
  client.until(({ payload }) => payload['stream'] === 'text');

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('ends a server that rests, with status 0 and nothing left behind', async () => {
    const server = home.start();
    const url = await server.ready;
    const { pid, ...run } = RunFile.parse(JSON.parse(await home.read('run/gateway.json')));
    expect(pid).toBe(server.process.pid);
    expect(run.url).toBe(url);
    const client = await server.connect();
    server.kill(signal);
    const { status, out } = await server.exit;
    expect(status).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(existsSync(home.runFile)).toBe(false);
    expect(await client.closed).toMatchObject({ code: 1012 });
  });

  it('lets a run that works end, takes nothing new, and keeps the answer', async () => {
    const server = home.start();
    const client = await server.connect();
    const runId = await send(client, '[[tokens=40]] [[delay=20]]');
    await firstWords(client);
    server.kill(signal);
    await server.until('Stopping');
    const ready = await fetch(new URL('/ready', await server.ready));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ ready: false, reasons: ['draining'] });
    const late = await client.call('chat.send', {
      sessionKey: 'main',
      message: 'One more',
      idempotencyKey: 'k2',
    });
    expect(codeOf(late)).toBe('gateway.draining');
    const final = await client.until(({ payload }) => payload['state'] === 'final');
    expect(final.payload).toMatchObject({ runId });
    expect((await server.exit).status).toBe(0);

    const again = home.start();
    const reader = await again.connect();
    const end = payloadOf(await reader.call('agent.wait', { runId }));
    expect(textAt(end, 'text').trim().split(' ')).toHaveLength(40);
    expect(model.calls).toHaveLength(1);
  });

  it('twice ends it at once; the next start goes on', async () => {
    const server = home.start();
    const client = await server.connect();
    const runId = await send(client, '[[hang]]');
    await firstWords(client);
    server.kill(signal);
    await server.until('Stopping');
    server.kill(signal);
    const { status } = await server.exit;
    expect(status).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(existsSync(home.runFile)).toBe(false);

    const again = home.start();
    const reader = await again.connect();
    await model.untilCalls(2, new AbortController().signal);
    expect(payloadOf(await reader.call('chat.abort', { runId }))).toMatchObject({ aborted: true });
  });

  it('by npm start reaches the server', async () => {
    const npm = home.npmStart();
    await npm.ready;
    const { pid } = RunFile.parse(JSON.parse(await home.read('run/gateway.json')));
    expect(pid).not.toBe(npm.process.pid);
    // A terminal signals the whole group: npm, the shell and the script all get it.
    process.kill(-(npm.process.pid ?? 0), signal);
    const { status } = await npm.exit;
    expect(status).toBe(0);
    expect(existsSync(home.runFile)).toBe(false);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});

it('a signal during the start ends it in good order as soon as it has started', async () => {
  const server = home.start();
  // Its first folder: it reads and opens from here on.
  for await (const { filename } of watch(home.folder, { signal: AbortSignal.timeout(20_000) }))
    if (filename !== 'cuttle.json5') break;
  server.kill('SIGTERM');
  expect((await server.exit).status).toBe(0);
  expect(existsSync(home.runFile)).toBe(false);
});

describe('a second server on the same home', () => {
  it('is refused with the reason, and the first goes on', async () => {
    const first = home.start();
    const url = await first.ready;
    const second = home.start();
    const { status, err, out } = await second.exit;
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('gateway.already-running');
    expect(err).toContain(`process ${first.process.pid}, at ${url}`);
    expect(err).toContain('cuttle status');
    expect(err).not.toMatch(/\n\s+at /);
    expect((await fetch(new URL('/ready', url))).status).toBe(200);
    expect(RunFile.parse(JSON.parse(await home.read('run/gateway.json'))).url).toBe(url);
  });
});
