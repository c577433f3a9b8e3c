import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Scope } from '@cuttle/core-types';
import { text } from '@cuttle/testkit';
import { openOllamaServer } from '@cuttle/testkit/ollama';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import type { RawClient } from './raw-client.ts';

let ollama: Awaited<ReturnType<typeof openOllamaServer>>;
let vectors: Awaited<ReturnType<typeof openOpenaiServer>>;
let gateway: OpenGateway;
const sockets = new Map<string, RawClient>();

/** A token of each kind that a program may have been given. */
const granted: Readonly<Record<string, readonly Scope[]>> = {
  none: [],
  pairing: ['operator.pairing'],
  read: ['operator.read'],
  write: ['operator.write'],
  admin: ['operator.admin'],
};
const tokenOf = (who: string): string => `token-of-${who}-${'x'.repeat(40)}`;

beforeAll(async () => {
  ollama = await openOllamaServer({ script: () => [text('ok')], models: [{ id: 'qwen3' }] });
  vectors = await openOpenaiServer({ script: [], embeddings: () => undefined });
  gateway = await openGateway({
    adjust(config) {
      Object.assign(config.providers, {
        box: { kind: 'ollama', baseUrl: ollama.url },
        vectors: {
          kind: 'openai',
          baseUrl: vectors.url,
          apiKey: 'test-key',
          models: [{ id: 'text-embedding-3-small' }],
        },
      });
    },
  });
  putTokens(join(gateway.home, 'data/cuttle.db'));
  for (const who of Object.keys(granted))
    sockets.set(who, await gateway.connect({ auth: { token: tokenOf(who) } }));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await ollama[Symbol.asyncDispose]();
  await vectors[Symbol.asyncDispose]();
});

/** As rows, which is what the gateway knows a token by. */
function putTokens(path: string): void {
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    const insert = db.prepare(
      `INSERT INTO token (hash, kind, name, principal, created_at) VALUES (?, 'api', ?, ?, 0)`,
    );
    for (const [who, scopes] of Object.entries(granted)) {
      const hash = createHash('sha256').update(tokenOf(who)).digest('hex');
      insert.run(hash, who, JSON.stringify({ id: `client:${who}`, kind: 'client', scopes }));
    }
  } finally {
    db.close();
  }
}

function socketOf(who: string): RawClient {
  const socket = sockets.get(who);
  if (!socket) throw new Error(`Nobody is called ${who}.`);
  return socket;
}
const as = (who: string): Record<string, string> => ({ authorization: `Bearer ${tokenOf(who)}` });

/** What each does with a token that has its scope. Those that change something come last. */
const methods: readonly (readonly [string, object, Scope])[] = [
  ['models.list', {}, 'operator.read'],
  ['providers.status', {}, 'operator.read'],
  ['models.test', { model: 'local/gpt-4.1-mini' }, 'operator.write'],
  ['models.running', {}, 'operator.admin'],
  ['models.pulls', { timeoutMs: 0 }, 'operator.admin'],
  ['models.load', { model: 'box/qwen3' }, 'operator.admin'],
  ['models.unload', { model: 'box/qwen3' }, 'operator.admin'],
  ['models.pull', { model: 'box/qwen3' }, 'operator.admin'],
  ['models.remove', { model: 'box/qwen3' }, 'operator.admin'],
];
const reaches: Readonly<Record<string, readonly string[]>> = {
  'operator.read': ['read', 'write', 'admin'],
  'operator.write': ['write', 'admin'],
  'operator.admin': ['admin'],
};
const attempts = methods.flatMap(([method, params, scope]) =>
  Object.keys(granted).map((who) => ({
    method,
    params,
    who,
    scope,
    isAllowed: (reaches[scope] ?? []).includes(who),
  })),
);

describe('what a token may do with models', () => {
  it.each(attempts.filter(({ isAllowed }) => !isAllowed))(
    'is not $method with $who, on the socket and over HTTP',
    async ({ method, params, who, scope }) => {
      const before = [ollama.requests.length, gateway.model.requests.length];
      expect(await socketOf(who).call(method, params)).toMatchObject({
        ok: false,
        error: { code: 'access.denied', message: expect.stringContaining(scope), retryable: false },
      });
      const answer = await gateway.fetch(`/api/${method}`, {
        method: 'POST',
        headers: as(who),
        body: JSON.stringify(params),
      });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ error: { code: 'access.denied' } });
      expect([ollama.requests.length, gateway.model.requests.length]).toEqual(before);
    },
  );

  it.each(attempts.filter(({ isAllowed }) => isAllowed))(
    'is $method with $who',
    async ({ method, params, who }) => {
      expect(await socketOf(who).call(method, params)).toMatchObject({ ok: true });
    },
  );

  it('stays what it was where the parameters are wrong, too', async () => {
    const wrong = { model: 7 };
    expect(await socketOf('read').call('models.pull', wrong)).toMatchObject({
      error: { code: 'access.denied' },
    });
    expect(await socketOf('admin').call('models.pull', wrong)).toMatchObject({
      error: { code: 'request.invalid' },
    });
  });
});

const refused = { error: { type: 'invalid_request_error', code: 'access.denied' } };

describe('what a token may ask of OpenAI’s doors', () => {
  it.each([
    ['none', 403],
    ['pairing', 403],
    ['read', 200],
    ['write', 200],
    ['admin', 200],
  ])('/v1/models answers %s with %i', async (who, status) => {
    const answer = await gateway.fetch('/v1/models', { headers: as(who) });
    expect(answer.status).toBe(status);
    const allowed = { object: 'list', data: [{ id: 'cuttle' }, { id: 'cuttle/main' }] };
    const { data, ...said } = (await answer.json()) as { data?: unknown[] }; // looked at below
    expect({ ...said, data: data?.slice(0, 2) }).toMatchObject(status === 200 ? allowed : refused);
  });

  it.each([
    ['none', 403],
    ['pairing', 403],
    ['read', 403],
    ['write', 200],
    ['admin', 200],
  ])('/v1/embeddings answers %s with %i', async (who, status) => {
    const before = vectors.requests.length;
    const answer = await gateway.fetch('/v1/embeddings', {
      method: 'POST',
      headers: { ...as(who), 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'vectors/text-embedding-3-small', input: `Hi from ${who}` }),
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(
      status === 200 ? { object: 'list', data: [{ object: 'embedding', index: 0 }] } : refused,
    );
    expect(vectors.requests.length - before).toBe(status === 200 ? 1 : 0);
  });

  it.each(['/v1/models', '/v1/embeddings'])('%s knows no token that nobody gave', async (path) => {
    const answer = await gateway.fetch(path, {
      method: path === '/v1/models' ? 'GET' : 'POST',
      headers: { authorization: 'Bearer wrong' },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  it.each([
    ['none', 403],
    ['read', 403],
    ['write', 200],
  ])('/v1/chat/completions answers %s with %i', async (who, status) => {
    const answer = await gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { ...as(who), 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'cuttle', messages: [{ role: 'user', content: `Hi ${who}` }] }),
    });
    expect(answer.status).toBe(status);
    await answer.text();
  });
});
