import type { MethodName, ResultOf } from '@cuttle/core-types/protocol';
import { text } from '@cuttle/testkit';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

let ollama: Awaited<ReturnType<typeof openOllamaServer>>;
let gateway: OpenGateway;
beforeAll(async () => {
  ollama = await openOllamaServer({
    script: () => [text('ok')],
    models: [{ id: 'qwen3' }],
    library: [{ id: 'gemma3' }],
  });
  gateway = await openGateway({
    adjust(config) {
      Object.assign(config.providers, { box: { kind: 'ollama', baseUrl: ollama.url } });
    },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await ollama[Symbol.asyncDispose]();
});

async function post(method: string, params: object): Promise<Response> {
  return gateway.fetch(`/api/${method}`, { method: 'POST', body: JSON.stringify(params) });
}
async function read<Method extends MethodName>(
  method: Method,
  params: object,
): Promise<ResultOf<Method>> {
  return (await post(method, params)).json() as Promise<ResultOf<Method>>; // what the method answers
}
const running = (): Promise<ResultOf<'models.running'>> => read('models.running', {});
const ids = async (): Promise<readonly string[]> =>
  (await running()).models.map(({ provider, model }) => `${provider}/${model}`);

async function untilOver(model: string): Promise<ResultOf<'models.pull'>> {
  let after: number | undefined;
  for (;;) {
    const { revision, pulls } = await read('models.pulls', after === undefined ? {} : { after });
    const found = pulls.find((one) => one.model === model);
    if (found && found.state !== 'running') return found;
    after = revision;
  }
}

describe('the models of an Ollama server behind the gateway', () => {
  it('are pulled with their progress, and removed', async () => {
    expect(await ids()).toEqual(['box/qwen3:latest']);
    const begun = await (await post('models.pull', { model: 'gemma3' })).json();
    expect(begun).toMatchObject({ provider: 'box', model: 'gemma3', state: 'running' });
    expect(await untilOver('gemma3')).toEqual({
      provider: 'box',
      model: 'gemma3',
      state: 'done',
      status: 'success',
    });
    expect(await ids()).toEqual(['box/qwen3:latest', 'box/gemma3:latest']);
    expect((await post('models.remove', { model: 'box/gemma3' })).status).toBe(200);
    expect(await ids()).toEqual(['box/qwen3:latest']);
  });

  it('come into memory and leave it', async () => {
    const until = async (): Promise<string | undefined> => (await running()).models[0]?.loadedUntil;
    await post('models.load', { model: 'box/qwen3', keepAlive: '10m' });
    expect(await until()).toMatch(/^\d{4}-\d\d-/);
    await post('models.unload', { model: 'box/qwen3' });
    expect(await until()).toBeUndefined();
  });

  it('that nobody knows are told with what went wrong', async () => {
    await post('models.pull', { model: 'box/nothing' });
    expect(await untilOver('nothing')).toMatchObject({
      state: 'failed',
      error: { message: expect.stringContaining('file does not exist') },
    });
    const removed = await post('models.remove', { model: 'box/nothing' });
    expect(removed.ok).toBe(false);
    expect(await removed.json()).toMatchObject({ error: { code: 'provider.invalid' } });
  });

  it('are told at once where nothing has changed for as long as one waits', async () => {
    const { revision } = await read('models.pulls', {});
    const now = await read('models.pulls', { after: revision, timeoutMs: 0 });
    expect(now).toMatchObject({ revision });
  });

  it('are nobody else’s to change', async () => {
    const answer = await fetch(new URL('/api/models.remove', gateway.url), {
      method: 'POST',
      headers: { authorization: 'Bearer wrong' },
      body: JSON.stringify({ model: 'qwen3' }),
    });
    expect(answer.status).toBe(401);
    expect(await ids()).toEqual(['box/qwen3:latest']);
  });
});
