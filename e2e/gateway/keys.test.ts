import { failWith, rateLimited, text, type Turn } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

type OpenaiServer = Awaited<ReturnType<typeof openOpenaiServer>>;

const dead = 'dead-key-0123';
const good = 'good-key-4567';
let service: OpenaiServer;
let spare: OpenaiServer;
let gateway: OpenGateway;
/** What the service answers to the key that works. */
let answer: () => Turn = () => [text('From the service.')];

beforeAll(async () => {
  service = await openOpenaiServer({ script: () => answer(), apiKeys: [good], models: [] });
  spare = await openOpenaiServer({ script: () => [text('From the spare.')], models: [] });
  gateway = await openGateway({
    config: {
      providers: {
        service: { kind: 'openai', baseUrl: service.url, apiKeys: [dead, good] },
        spare: { kind: 'openai', baseUrl: spare.url, apiKey: 'test-key' },
      },
      agents: {
        defaults: { model: 'service/m1', fallbacks: ['spare/m2', 'nowhere/m3'] },
        list: [{ id: 'main' }, { id: 'alone', fallbacks: [] }],
      },
    },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
  await spare[Symbol.asyncDispose]();
});

async function complete(model: string): Promise<{ status: number; said: string | undefined }> {
  const response = await gateway.fetch('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: `Hi ${performance.now()}` }],
    }),
  });
  // What the client's own tests hold against the schema.
  const body = (await response.json()) as { choices?: { message: { content: string } }[] };
  return { status: response.status, said: body.choices?.[0]?.message.content };
}

async function keysOf(provider: string) {
  const { providers } = await gateway.server.call('providers.status', {});
  return providers.find(({ id }) => id === provider)?.keys;
}

describe('several keys and fallbacks', () => {
  it('take the key that works, and remember the other over a restart', async () => {
    // Sessions are spread over the keys: some of these meet the dead one first.
    for (let turn = 0; turn < 12; turn += 1)
      expect(await complete('cuttle')).toEqual({ status: 200, said: 'From the service.' });
    const refused = () => service.rejections.length;
    expect(refused()).toBe(1);
    const before = await keysOf('service');
    expect(before).toMatchObject([
      { label: '#1', state: 'resting', failing: [{ model: 'm1', code: 'provider.auth' }] },
      { label: '#2', state: 'ready', failing: [] },
    ]);
    expect(JSON.stringify(before)).not.toMatch(/dead-key|good-key/);
    await gateway.restart();
    for (let turn = 0; turn < 12; turn += 1) await complete('cuttle');
    expect(refused()).toBe(1);
    expect(await keysOf('service')).toEqual(before);
  });

  it('answer from the fallback, for a plain proxy too, and count it where it was used', async () => {
    answer = () => rateLimited(600);
    expect(await complete('cuttle')).toEqual({ status: 200, said: 'From the spare.' });
    expect(await complete('service/m1')).toEqual({ status: 200, said: 'From the spare.' });
    const { rows } = await gateway.server.call('usage.status', {});
    const callsOf = (model: string) => rows.find((row) => row.model === model)?.calls;
    expect([callsOf('m1'), callsOf('m2')]).toEqual([24, 2]);
  });

  it('leave a request that is at fault to its sender', async () => {
    answer = () => failWith(400);
    expect((await complete('service/m4')).status).toBe(502);
    const [, second] = (await keysOf('service')) ?? [];
    expect(second?.failing.map(({ model }) => model)).toEqual(['m1']);
  });

  it('are not asked for an agent that wants none, nor by a test of the model', async () => {
    answer = () => failWith(403);
    const calls = spare.calls.length;
    expect((await complete('cuttle/alone')).status).toBe(502);
    expect(await gateway.server.call('models.test', { model: 'service/m9' })).toMatchObject({
      ok: false,
      error: { code: 'provider.auth' },
    });
    expect(spare.calls.length).toBe(calls);
  });

  it('are told of where one is not set up', async () => {
    const { configProblems } = await gateway.server.call('status', {});
    expect(configProblems).toEqual([
      'agents.defaults.fallbacks: no provider is set up for "nowhere/m3"; it is left out',
    ]);
  });
});
