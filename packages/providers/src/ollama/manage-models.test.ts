import { text } from '@cuttle/testkit';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { describe, expect, it } from 'vitest';
import { createOllamaModels, type OllamaModels, type PullProgress } from './manage-models.ts';

const never = new AbortController().signal;

async function open(): Promise<
  AsyncDisposable & { readonly models: OllamaModels; readonly asked: () => readonly string[] }
> {
  const server = await openOllamaServer({
    script: () => [text('ok')],
    models: [{ id: 'qwen3' }],
    library: [{ id: 'gemma3' }],
  });
  return {
    models: createOllamaModels({ baseUrl: server.url }),
    asked: () => server.requests.map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function collect(progress: AsyncIterable<PullProgress>): Promise<PullProgress[]> {
  const all: PullProgress[] = [];
  for await (const one of progress) all.push(one);
  return all;
}

describe('the models of an Ollama server', () => {
  it('are listed with their digest and size, beside the version of the server', async () => {
    await using server = await open();
    expect(await server.models.list(never)).toEqual([
      {
        id: 'qwen3:latest',
        digest: expect.stringMatching(/^[\da-f]{64}$/),
        bytes: 2_019_393_189,
        loadedUntil: undefined,
      },
    ]);
    expect(await server.models.readVersion(never)).toMatch(/^\d+\.\d+/);
  });

  it('come into memory and leave it', async () => {
    await using server = await open();
    const { models } = server;
    const until = async (): Promise<string | undefined> =>
      (await models.list(never))[0]?.loadedUntil;
    await models.load({ model: 'qwen3', keepAlive: '10m' }, never);
    expect(await until()).toMatch(/^2026-/);
    await models.unload('qwen3', never);
    expect(await until()).toBeUndefined();
  });

  it('are pulled with their progress, and removed', async () => {
    await using server = await open();
    const { models } = server;
    const progress = await collect(models.pull('gemma3', never));
    expect(progress[0]).toEqual({ status: 'pulling manifest' });
    expect(progress[2]).toEqual({
      status: expect.stringMatching(/^pulling [\da-f]+$/),
      digest: expect.stringMatching(/^sha256:/),
      doneBytes: 504_844_344,
      totalBytes: 2_019_377_376,
    });
    expect(progress.at(-1)).toEqual({ status: 'success' });
    expect((await models.list(never)).map(({ id }) => id)).toContain('gemma3:latest');
    await models.remove('gemma3', never);
    expect((await models.list(never)).map(({ id }) => id)).toEqual(['qwen3:latest']);
  });

  it('that nobody knows are a failure with a code, whatever is wanted of them', async () => {
    await using server = await open();
    const { models } = server;
    const failed = { code: expect.stringMatching(/^provider\./) };
    await expect(collect(models.pull('nothing', never))).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining('file does not exist'),
    });
    await expect(models.load({ model: 'nothing' }, never)).rejects.toMatchObject(failed);
    await expect(models.remove('nothing', never)).rejects.toMatchObject(failed);
  });

  it('are not pulled further once nobody waits', async () => {
    await using server = await open();
    for await (const { status } of server.models.pull('gemma3', never)) {
      expect(status).toBe('pulling manifest');
      break;
    }
    const reason = new Error('enough');
    const stopped = collect(server.models.pull('gemma3', AbortSignal.abort(reason)));
    await expect(stopped).rejects.toBe(reason);
    expect(server.asked()).toEqual(['POST /api/pull']);
  });

  it('are not taken for there where the answer was cut', async () => {
    const models = createOllamaModels({
      fetch: async () => new Response('{"status":"pulling manifest"}\n{"status":"verif'),
    });
    await expect(collect(models.pull('gemma3', never))).rejects.toMatchObject({
      code: 'provider.malformed',
    });
    const endless = createOllamaModels({
      maxAnswerBytes: 1000,
      fetch: async () => new Response('{'.repeat(5000)),
    });
    await expect(collect(endless.pull('gemma3', never))).rejects.toMatchObject({
      code: 'provider.malformed',
    });
    const early = createOllamaModels({
      fetch: async () => new Response('{"status":"pulling manifest"}\n'),
    });
    await expect(collect(early.pull('gemma3', never))).rejects.toMatchObject({
      code: 'provider.network',
    });
  });
});
