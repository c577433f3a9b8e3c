import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigInput, configSchema } from '@cuttle/config';
import { createServer, type CuttleServer } from '@cuttle/server';
import { echoScript, text } from '@cuttle/testkit';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuttle-start-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Without a key in its environment, and no server on this machine answers at that port. */
const nobody = { OLLAMA_HOST: '127.0.0.1:9' };

function start(
  config: ConfigInput = {},
  env: Readonly<Record<string, string>> = nobody,
): Promise<CuttleServer> {
  const quiet = { gateway: { port: 0 }, log: { level: 'error' as const } };
  return createServer(configSchema.parse({ ...quiet, ...config }), { home, env });
}
const runFile = (): Promise<string> => readFile(join(home, 'run/gateway.json'), 'utf8');

describe('a start that fails', () => {
  it('leaves nothing open where the port is in use, so that another one in the same process works', async () => {
    const other = createSocket().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start({ gateway: { port } })).rejects.toMatchObject({
      code: 'gateway.port-in-use',
    });
    await expect(runFile()).rejects.toThrow('ENOENT');
    other.close();
    await once(other, 'close');
    await using server = await start({ gateway: { port } });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  it.each([
    [
      'a channel',
      { channels: { telegram: { main: { token: 7 } } } },
      /channels\.telegram\.main\.token/,
    ],
    ['a platform', { channels: { pigeon: { main: {} } } }, /channels\.pigeon/],
    [
      'a provider',
      { providers: { x: { kind: 'openai', baseUrl: 'nowhere' } } },
      /providers\.x\.baseUrl/,
    ],
  ])('leaves nothing open where the settings of %s are refused', async (_what, config, said) => {
    await expect(start(config as ConfigInput)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(said),
    });
    await using server = await start();
    expect((await server.call('health', {})).ready).toBe(true);
  });
});

describe('a second gateway on the same home', () => {
  it('is told where the first one answers, and changes nothing', async () => {
    await using first = await start();
    const before = await runFile();
    await expect(start()).rejects.toMatchObject({
      code: 'gateway.already-running',
      message: expect.stringContaining(String(first.url)),
      hint: expect.stringContaining('cuttle status'),
    });
    expect(await runFile()).toBe(before);
    expect((await first.call('health', {})).ready).toBe(true);
  });

  it('is told who else holds the home where that is no gateway', async () => {
    const config = configSchema.parse({ log: { level: 'error' } });
    await using worker = await createServer(config, { home, env: nobody, roles: ['run'] });
    await expect(start()).rejects.toMatchObject({ code: 'store.single-process' });
    expect(worker.url).toBeUndefined();
  });
});

describe('a model server on this machine', () => {
  /** Ollama, whose list of models comes when it is let go. */
  async function openSlowly(target: string): Promise<{
    readonly host: string;
    readonly asked: Promise<void>;
    letGo(): void;
    [Symbol.asyncDispose](): Promise<void>;
  }> {
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const http = createHttp((request, response) => {
      const forward = async (): Promise<void> => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(Buffer.from(chunk));
        if (request.url?.startsWith('/api/tags')) {
          asked.resolve();
          await gate.promise;
        }
        const { method = 'GET', url = '/' } = request;
        const body = method === 'POST' ? Buffer.concat(chunks) : null;
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(new URL(url, target), { method, body, headers });
        const type = answer.headers.get('content-type') ?? 'application/json';
        response.writeHead(answer.status, { 'content-type': type });
        response.end(await answer.text());
      };
      forward().catch((error: unknown) => response.destroy(error as Error)); // fetch rejects with errors
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const address = http.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return {
      host: `127.0.0.1:${port}`,
      asked: asked.promise,
      letGo: () => gate.resolve(),
      async [Symbol.asyncDispose]() {
        gate.resolve();
        http.closeAllConnections();
        http.close();
        await once(http, 'close');
      },
    };
  }

  const say = async (server: CuttleServer, message: string): Promise<string> => {
    const words = { sessionKey: 'main', message, idempotencyKey: message };
    return (await server.call('chat.send', words)).runId;
  };
  const answerTo = async (server: CuttleServer, runId: string): Promise<string | undefined> =>
    (await server.call('agent.wait', { runId, timeoutMs: 10_000 })).text;

  it('is waited for before a run begins, though the gateway is ready before', async () => {
    await using ollama = await openOllamaServer({ script: echoScript() });
    await using slow = await openSlowly(ollama.url);
    await using server = await start({}, { OLLAMA_HOST: slow.host });
    expect((await server.call('health', {})).ready).toBe(true);
    const runId = await say(server, '[[say=from the model]]');
    await slow.asked;
    slow.letGo();
    expect(await answerTo(server, runId)).toBe('from the model');
  });

  it('takes over what the last life left', async () => {
    const reached = Promise.withResolvers<void>();
    let isFirst = true;
    await using ollama = await openOllamaServer({
      script: async () => {
        if (!isFirst) return [text('finished')];
        isFirst = false;
        reached.resolve();
        return [text('never', { delayMs: 60_000 })];
      },
    });
    const first = await start({}, { OLLAMA_HOST: new URL(ollama.url).host });
    await first.settled();
    const runId = await say(first, 'hello');
    await reached.promise;
    await first[Symbol.asyncDispose]();
    await using slow = await openSlowly(ollama.url);
    await using again = await start({}, { OLLAMA_HOST: slow.host });
    await slow.asked;
    slow.letGo();
    expect(await answerTo(again, runId)).toBe('finished');
  });

  it('keeps nobody waiting where it never answers', async () => {
    await using ollama = await openOllamaServer({ script: [] });
    await using slow = await openSlowly(ollama.url);
    await using server = await start({}, { OLLAMA_HOST: slow.host });
    const runId = await say(server, 'hello');
    expect(await answerTo(server, runId)).toContain('offline');
  });

  it('is not asked where a model is chosen', async () => {
    await using ollama = await openOllamaServer({ script: echoScript() });
    await using slow = await openSlowly(ollama.url);
    const providers = { mine: { kind: 'ollama', baseUrl: ollama.url } };
    const agents = { defaults: { model: 'mine/llama3.2:latest' } };
    await using server = await start({ providers, agents }, { OLLAMA_HOST: slow.host });
    expect(await answerTo(server, await say(server, '[[say=at once]]'))).toBe('at once');
  });
});
