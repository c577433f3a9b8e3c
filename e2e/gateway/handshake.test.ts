import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { methods } from '@cuttle/core-types/protocol';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { codeOf, connectRaw, payloadOf } from './raw-client.ts';

let gateway: OpenGateway;
beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const cookieOf = (response: Response): string =>
  response.headers.get('set-cookie')?.split(';', 1)[0] ?? '';

async function logIn(): Promise<string> {
  const { url } = await gateway.server.call('web.code', {});
  const code = new URL(url).hash.replace('#code=', '');
  const body = JSON.stringify({ code });
  const response = await fetch(new URL('/auth/code', gateway.url), { method: 'POST', body });
  expect(response.status).toBe(204);
  return cookieOf(response);
}

describe('connect', () => {
  it('says what this gateway is and can', async () => {
    using client = await connectRaw(gateway.url);
    const hello = payloadOf(await client.shake({ auth: { token: gateway.token } }));
    const schema = methods[0].result;
    expect(schema.parse(hello)).toMatchObject({
      type: 'hello-ok',
      protocol: 4,
      features: { methods: methods.map(({ name }) => name) },
      snapshot: { agentId: 'main', model: 'local/gpt-4.1-mini', mainSessionKey: 'agent:main:main' },
    });
  });

  it.each([
    { minProtocol: 1, maxProtocol: 1, spoken: 1 },
    { minProtocol: 3, maxProtocol: 9, spoken: 4 },
    { minProtocol: 2, maxProtocol: 3, spoken: 3 },
  ])(
    'agrees on protocol $spoken with $minProtocol to $maxProtocol',
    async ({ spoken, ...range }) => {
      using client = await connectRaw(gateway.url);
      const hello = payloadOf(await client.shake({ ...range, auth: { token: gateway.token } }));
      expect(hello['protocol']).toBe(spoken);
    },
  );

  it.each([
    { minProtocol: 5, maxProtocol: 9 },
    { minProtocol: 0, maxProtocol: 0 },
    { minProtocol: 3, maxProtocol: 2 },
  ])('refuses $minProtocol to $maxProtocol and closes', async (range) => {
    using client = await connectRaw(gateway.url);
    const refused = await client.shake({ ...range, auth: { token: gateway.token } });
    expect(codeOf(refused)).toBe('protocol.version');
    expect(await client.closed).toEqual({ code: 4401, reason: 'protocol.version' });
  });

  it.each([['wrong'], [''], [undefined]])('refuses the token %s and closes', async (token) => {
    using client = await connectRaw(gateway.url);
    const refused = await client.shake({ auth: token === undefined ? {} : { token } });
    expect(refused).toMatchObject({
      ok: false,
      error: {
        code: 'access.unauthenticated',
        retryable: false,
        hint: expect.stringContaining('Bearer'),
      },
    });
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('takes a cookie that a single-use code was traded for, once per code', async () => {
    const cookie = await logIn();
    using client = await connectRaw(gateway.url, { headers: { cookie }, origin: gateway.url });
    expect(payloadOf(await client.shake())).toMatchObject({ type: 'hello-ok' });
    expect(payloadOf(await client.call('status'))).toMatchObject({ ready: true });
  });

  it('refuses a code that was used, and a cookie that was logged out', async () => {
    const { url } = await gateway.server.call('web.code', {});
    const trade = (): Promise<Response> =>
      fetch(new URL('/auth/code', gateway.url), {
        method: 'POST',
        body: JSON.stringify({ code: new URL(url).hash.replace('#code=', '') }),
      });
    const first = await trade();
    expect(first.headers.get('set-cookie')).toMatch(
      /^cuttle=[\w-]{40,}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/,
    );
    expect((await trade()).status).toBe(401);
    const cookie = cookieOf(first);
    const out = await fetch(new URL('/auth/logout', gateway.url), {
      method: 'POST',
      headers: { cookie },
    });
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    using client = await connectRaw(gateway.url, { headers: { cookie } });
    expect(codeOf(await client.shake())).toBe('access.unauthenticated');
  });

  it('must come first', async () => {
    using client = await connectRaw(gateway.url);
    expect(codeOf(await client.call('health'))).toBe('access.unauthenticated');
    expect(await client.closed).toMatchObject({ code: 4401 });
  });

  it('lets calls be sent right behind it', async () => {
    using client = await connectRaw(gateway.url);
    const [hello, health] = await Promise.all([
      client.shake({ auth: { token: gateway.token } }),
      client.call('health'),
    ]);
    expect(payloadOf(hello)).toMatchObject({ type: 'hello-ok' });
    expect(payloadOf(health)).toMatchObject({ ok: true });
  });

  it('comes once', async () => {
    const client = await gateway.connect();
    expect(codeOf(await client.shake({ auth: { token: gateway.token } }))).toBe('method.unknown');
  });
});

describe('where from', () => {
  it.each([
    { name: 'another site', origin: 'https://evil.example', host: undefined },
    { name: 'a name of another that leads here', origin: undefined, host: 'evil.example:18800' },
    { name: 'the same by its own page', origin: 'http://evil.example', host: 'evil.example' },
    { name: 'a sandboxed page', origin: 'null', host: undefined },
  ])('refuses a socket from $name', async ({ origin, host }) => {
    const opening = connectRaw(gateway.url, {
      ...(origin !== undefined && { origin }),
      ...(host !== undefined && { headers: { host } }),
    });
    await expect(opening).rejects.toThrow('HTTP 403');
  });

  it('takes a socket of our own page', async () => {
    using client = await connectRaw(gateway.url, { origin: gateway.url });
    expect(payloadOf(await client.shake({ auth: { token: gateway.token } }))).toBeDefined();
  });

  it.each(['/', '/wsx', '/other', '/v1/ws'])('has no sockets at %s', async (path) => {
    await expect(connectRaw(gateway.url, { path })).rejects.toThrow('HTTP 404');
  });
});
