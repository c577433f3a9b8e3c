import { type ClientRequest, request, type RequestOptions } from 'node:http';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenGateway, openGateway } from './open-gateway.ts';

let gateway: OpenGateway;
beforeAll(async () => {
  gateway = await openGateway({
    config: {
      gateway: {
        port: 0,
        allowedOrigins: ['https://mine.example'],
        limits: { bodyBytes: 1_000_000 },
      },
    },
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const withoutToken = { authorization: '' };
const Failure = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string().min(1),
    hint: z.string().min(1),
    retryable: z.boolean(),
    retryAfterMs: z.int().optional(),
  }),
});
const WireFailure = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.null(),
    code: z.string(),
  }),
});

describe('probes', () => {
  it('/health is open and says alive', async () => {
    const response = await gateway.fetch('/health', { headers: withoutToken });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ok: true });
  });

  it('/ready is open and says whether messages can be accepted', async () => {
    const response = await gateway.fetch('/ready', { headers: withoutToken });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ready: true, reasons: [] });
  });

  it('/metrics wants the token and speaks the format of Prometheus', async () => {
    expect((await gateway.fetch('/metrics', { headers: withoutToken })).status).toBe(401);
    const response = await gateway.fetch('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toContain('cuttle_ready 1');
    for (const line of lines)
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+ -?[\d.]+(e-?\d+)?)$/);
  });
});

describe('/v1/models', () => {
  it('lists the agents and the models, in the shape of OpenAI', async () => {
    const response = await gateway.fetch('/v1/models');
    const { data } = z
      .strictObject({
        object: z.literal('list'),
        data: z.array(
          z.strictObject({
            id: z.string(),
            object: z.literal('model'),
            created: z.int().positive(),
            owned_by: z.string(),
          }),
        ),
      })
      .parse(await response.json());
    const ids = data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['cuttle', 'cuttle/main', 'local/gpt-4.1-mini']));
  });

  it('wants the token', async () => {
    const response = await gateway.fetch('/v1/models', { headers: withoutToken });
    expect(response.status).toBe(401);
    expect(WireFailure.parse(await response.json()).error.code).toBe('invalid_api_key');
  });
});

describe('/openapi.json', () => {
  it('describes every path', async () => {
    const response = await gateway.fetch('/openapi.json', { headers: withoutToken });
    const document = z
      .looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
      .parse(await response.json());
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/health',
        '/ready',
        '/metrics',
        '/v1/chat/completions',
        '/v1/models',
        '/v1/responses',
        '/api/chat.send',
        '/hooks/agent',
        '/hooks/wake',
        '/hooks/{channel}/{account}',
      ]),
    );
  });
});

describe('/api', () => {
  const post = (method: string, body: string, headers = {}): Promise<Response> =>
    gateway.fetch(`/api/${method}`, { method: 'POST', body, headers });

  it('answers every method of the protocol', async () => {
    const message = JSON.stringify({ sessionKey: 'http', message: 'Hi', idempotencyKey: 'h1' });
    const { runId } = z
      .object({ runId: z.string() })
      .parse(await (await post('chat.send', message)).json());
    const end = await post('agent.wait', JSON.stringify({ runId, timeoutMs: 20_000 }));
    expect(await end.json()).toMatchObject({ status: 'completed', text: 'You said: Hi' });
  });

  it.each<[method: string, body: string, status: number, code: string]>([
    ['status', '{', 400, 'request.invalid'],
    ['chat.send', '{"message":1}', 400, 'request.invalid'],
    ['nothing', '{}', 404, 'method.unknown'],
    ['connect', '{}', 404, 'method.unknown'],
    ['sessions.get', '{"sessionKey":"nowhere"}', 404, 'session.not-found'],
    ['sessions.get', '{"sessionKey":"agent:%:x"}', 404, 'session.not-found'],
    ['events.resume', '{"cursor":"x"}', 400, 'request.invalid'],
  ])('%s %s is %i %s', async (method, body, status, code) => {
    const response = await post(method, body);
    expect(response.status).toBe(status);
    expect(Failure.parse(await response.json()).error.code).toBe(code);
  });

  it('wants the token', async () => {
    const response = await post('status', '{}', withoutToken);
    expect(response.status).toBe(401);
    expect(Failure.parse(await response.json()).error.code).toBe('access.unauthenticated');
  });
});

describe('who may ask', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v1/models'],
    ['POST', '/auth/code'],
    ['POST', '/api/health'],
  ])('not a name of another that leads here: %s %s', async (method, path) => {
    const headers = { host: 'rebound.example' };
    const { status, text } = await send(new URL(path, gateway.url), { method, headers });
    expect(status).toBe(403);
    expect(text).toContain('rebound.example');
  });

  it.each([
    ['https://evil.example', 403],
    ['null', 403],
    ['https://mine.example', 200],
  ])('a page of %s gets %i', async (origin, status) => {
    const response = await gateway.fetch('/api/health', { method: 'POST', headers: { origin } });
    expect(response.status).toBe(status);
  });

  it('its own page', async () => {
    const { origin } = new URL(gateway.url);
    const response = await gateway.fetch('/api/health', { method: 'POST', headers: { origin } });
    expect(response.status).toBe(200);
  });
});

/** What `fetch` cannot: another host, a body without a length. */
async function send(
  url: URL,
  options: RequestOptions,
  write: (sent: ClientRequest) => void = (sent) => sent.end(),
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const sent = request(url, options);
  sent.on('error', reject);
  sent.on('response', (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () =>
      resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
    );
  });
  write(sent);
  return promise;
}

describe('every answer', () => {
  it.each(['/', '/nothing/here', '/v1/models'])('of %s is closed to other sites', async (path) => {
    const { headers } = await gateway.fetch(path);
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule);
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('names what there is not', async () => {
    const response = await gateway.fetch('/nothing/here');
    expect(response.status).toBe(404);
    expect(Failure.parse(await response.json()).error.code).toBe('request.not-found');
  });

  it.each(['/../../etc/passwd', '/%2e%2e/%2e%2e/package.json', '/..%5c..%5cpackage.json', '/%00'])(
    'never leaves the folder of the page: %s',
    async (path) => {
      const response = await gateway.fetch(path);
      expect(response.status).toBe(404);
    },
  );
});

describe('a body that is too large', () => {
  const body = 'x'.repeat(1_000_001);

  it.each([
    '/api/status',
    '/v1/chat/completions',
    '/v1/responses',
    '/hooks/telegram/main',
    '/auth/code',
  ])('is 413 at %s', async (path) => {
    const response = await gateway.fetch(path, { method: 'POST', body });
    expect(response.status).toBe(413);
    expect(JSON.stringify(await response.json())).toContain('1000000 bytes');
  });

  it('is 413 also where its length is not told', async () => {
    const url = new URL('/api/status', gateway.url);
    const { status } = await send(url, { method: 'POST' }, (sent) => {
      for (let count = 0; count < 20; count += 1) sent.write('x'.repeat(100_000));
      sent.end();
    });
    expect(status).toBe(413);
  });

  it('leaves the connection as it was', async () => {
    const big = 'x'.repeat(900_000);
    for (let count = 0; count < 20; count += 1) {
      const refused = await gateway.fetch('/v1/chat/completions', {
        method: 'POST',
        body: big,
        headers: { authorization: 'Bearer wrong', 'x-count': String(count) },
      });
      expect(refused.status).toBeGreaterThanOrEqual(401);
      await refused.text();
    }
    expect((await gateway.fetch('/v1/models')).status).toBe(200);
  });
});

describe('wrong tokens', () => {
  it('are counted by address until it is locked out; the owner on this machine still gets in', async () => {
    await using other = await openGateway();
    const guess = (path: string): Promise<Response> =>
      other.fetch(path, { method: 'POST', headers: { authorization: 'Bearer wrong' } });
    for (let count = 0; count < 20; count += 1)
      expect((await guess('/api/status')).status).toBe(401);
    const locked = await guess('/api/status');
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(200);
    expect(Failure.parse(await locked.json()).error).toMatchObject({
      code: 'access.locked-out',
      retryable: true,
    });
    const wire = await guess('/v1/chat/completions');
    expect(wire.status).toBe(429);
    expect(WireFailure.parse(await wire.json()).error.code).toBe('rate_limit_exceeded');
    const code = await other.fetch('/auth/code', { method: 'POST', body: '{"code":"guess"}' });
    expect(code.status).toBe(429);
    expect((await other.fetch('/v1/models')).status).toBe(200);
  });
});

describe('too many requests', () => {
  it('wait for the next minute', async () => {
    await using busy = await openGateway({
      config: { gateway: { port: 0, limits: { requestsPerMinute: 3 } } },
    });
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await busy.fetch('/v1/models')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const { headers } = await busy.fetch('/v1/models');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('/hooks', () => {
  it('hands a delivery to its channel, and answers after it is kept', async () => {
    const { promise: address, resolve } = Promise.withResolvers<string>();
    await using telegram = await openTelegramServer({
      fetch: async (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input);
        return fetch(new URL(pathname, await address), init);
      },
    });
    telegram.user({ id: 7, firstName: 'Ann' });
    await using hooked = await openGateway({
      config: {
        channels: {
          telegram: {
            main: {
              token: telegram.token,
              apiRoot: telegram.url,
              dmPolicy: 'open',
              webhook: {
                url: 'https://bot.example/hooks/telegram/main',
                secret: 'a-secret-of-the-test',
              },
            },
          },
        },
      },
    });
    resolve(hooked.url);
    await telegram.waitFor(() => telegram.calls('setWebhook')[0], AbortSignal.timeout(20_000));
    telegram.say({ from: 7, text: 'Hi there' });
    const answer = await telegram.waitFor(
      () => telegram.visibleFromBot(7).find(({ text }) => text.includes('You said')),
      AbortSignal.timeout(20_000),
    );
    expect(answer.text).toBe('You said: Hi there');
    const unproved = await fetch(new URL('/hooks/telegram/main', hooked.url), {
      method: 'POST',
      body: '{}',
    });
    expect(unproved.status).toBe(401);
  });

  it.each(['/hooks/telegram/main', '/hooks/pager/main'])('has nothing at %s', async (path) => {
    const response = await gateway.fetch(path, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect(Failure.parse(await response.json()).error.code).toBe('channel.not-found');
  });
});
