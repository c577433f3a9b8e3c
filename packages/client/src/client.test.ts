import { afterEach, describe, expect, it } from 'vitest';
import { hello, type LocalGateway, openLocalGateway, Refusal } from './testing/local-gateway.ts';
import { type Client, type ClientOptions, createClient } from './client.ts';

const info = { id: 'test', version: '0', platform: 'node', mode: 'test' };
const open: AsyncDisposable[] = [];
const clients: Client[] = [];

async function setUp(
  options: Partial<ClientOptions> = {},
): Promise<{ gateway: LocalGateway; client: Client }> {
  const gateway = await openLocalGateway();
  open.push(gateway);
  const client = createClient({
    url: gateway.url,
    client: info,
    backoff: { firstMs: 1, maxMs: 1 },
    ...options,
  });
  clients.push(client);
  return { gateway, client };
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});

const status = (client: Client, wanted: string): Promise<void> =>
  new Promise((resolve) => {
    if (client.state.current.status === wanted) resolve();
    client.state.subscribe((state) => {
      if (state.status === wanted) resolve();
    });
  });

describe('connect', () => {
  it('shakes hands with its token and answers what the gateway said', async ({ signal }) => {
    const { gateway, client } = await setUp({ token: 't0' });
    expect(await client.connect(signal)).toEqual(hello);
    expect(gateway.received).toEqual([
      {
        method: 'connect',
        params: {
          minProtocol: 1,
          maxProtocol: 4,
          client: info,
          role: 'operator',
          scopes: ['operator.admin', 'operator.pairing'],
          auth: { token: 't0' },
        },
      },
    ]);
    expect(client.state.current.status).toBe('open');
  });

  it('closes for good when the token is refused', async ({ signal }) => {
    const { gateway, client } = await setUp({ token: 'wrong' });
    gateway.answer('connect', () => {
      throw new Refusal({
        code: 'access.unauthenticated',
        message: 'Wrong token.',
        retryable: false,
      });
    });
    await expect(client.connect(signal)).rejects.toMatchObject({
      code: 'access.unauthenticated',
      message: 'Wrong token.',
    });
    await expect(client.call('health', {}, signal)).rejects.toMatchObject({
      code: 'access.unauthenticated',
    });
    expect(client.state.current.status).toBe('closed');
  });

  it('tries again until somebody answers', async ({ signal }) => {
    const { gateway, client } = await setUp();
    let attempts = 0;
    gateway.answer('connect', () => {
      attempts += 1;
      if (attempts < 3)
        throw new Refusal({ code: 'gateway.draining', message: 'Later.', retryable: true });
      return hello;
    });
    await client.connect(signal);
    expect(attempts).toBe(3);
  });

  it('says that no gateway runs when it shall not try again', async ({ signal }) => {
    const { gateway, client } = await setUp({ reconnect: 'never' });
    await gateway[Symbol.asyncDispose]();
    await expect(client.connect(signal)).rejects.toMatchObject({ code: 'gateway.not-running' });
  });

  it('gives an attempt up that takes too long', async ({ signal }) => {
    const { gateway, client } = await setUp({ reconnect: 'never', connectTimeoutMs: 5 });
    gateway.answer('connect', undefined);
    await expect(client.connect(signal)).rejects.toMatchObject({ code: 'gateway.not-running' });
  });

  it('stops waiting when the caller does', async () => {
    const { gateway, client } = await setUp();
    gateway.answer('connect', undefined);
    const reason = new Error('enough');
    await expect(client.connect(AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const connecting = client.connect(controller.signal);
    controller.abort(reason);
    await expect(connecting).rejects.toBe(reason);
  });

  it('ends a pause between attempts when asked to', async ({ signal }) => {
    const { gateway, client } = await setUp({ backoff: { firstMs: 1e9, maxMs: 1e9 } });
    await client.connect(signal);
    const waiting = status(client, 'waiting');
    gateway.peers[0]?.cut();
    await waiting;
    client.retryNow();
    await status(client, 'open');
    expect(gateway.peers).toHaveLength(2);
  });
});

describe('call', () => {
  it('pairs answers with requests, in any order', async ({ signal }) => {
    const { gateway, client } = await setUp();
    const first = gateway.next('sessions.get');
    const one = client.call('sessions.get', { sessionKey: 'a' }, signal);
    await first;
    gateway.answer('sessions.get', ({ sessionKey }) => ({ sessionKey }));
    expect(await client.call('sessions.get', { sessionKey: 'b' }, signal)).toEqual({
      sessionKey: 'b',
    });
    gateway.peers[0]?.cut();
    expect(await one).toEqual({ sessionKey: 'a' });
  });

  it('rejects with the failure the gateway told of', async ({ signal }) => {
    const { gateway, client } = await setUp();
    gateway.answer('config.set', () => {
      throw new Refusal({
        code: 'config.stale',
        message: 'It changed.',
        hint: 'Read it again.',
        retryable: false,
        details: { hash: 'h' },
      });
    });
    await expect(client.call('config.set', { path: 'a', value: 1 }, signal)).rejects.toMatchObject({
      code: 'config.stale',
      message: 'It changed.',
      hint: 'Read it again.',
      details: { hash: 'h' },
    });
  });

  it('keeps a code it does not know readable', async ({ signal }) => {
    const { gateway, client } = await setUp();
    gateway.answer('health', () => {
      throw new Refusal({ code: 'moon.full', message: 'Howling.', retryable: false });
    });
    await expect(client.call('health', {}, signal)).rejects.toMatchObject({
      code: 'internal',
      message: 'moon.full: Howling.',
      details: { code: 'moon.full' },
    });
  });

  it('sends a message again under its key when the connection was lost before the answer', async ({
    signal,
  }) => {
    const { gateway, client } = await setUp();
    const params = { sessionKey: 'main', message: 'hi', idempotencyKey: 'k1' };
    const arrived = gateway.next('chat.send');
    const sending = client.call('chat.send', params, signal);
    await arrived;
    gateway.answer('chat.send', () => ({ runId: 'r1', status: 'duplicate' }));
    gateway.peers[0]?.cut();
    expect(await sending).toEqual({ runId: 'r1', status: 'duplicate' });
    const sends = gateway.received.filter(({ method }) => method === 'chat.send');
    expect(sends.map((request) => request.params)).toEqual([params, params]);
  });

  it('sends a message again to the next gateway where this one stops', async ({ signal }) => {
    const { gateway, client } = await setUp();
    const params = { sessionKey: 'main', message: 'hi', idempotencyKey: 'k1' };
    gateway.answer('chat.send', () => {
      throw new Refusal({ code: 'gateway.draining', message: 'Later.', retryable: true });
    });
    const arrived = gateway.next('chat.send');
    const sending = client.call('chat.send', params, signal);
    await arrived;
    // Answered behind the refusal on the same connection: that was heard.
    gateway.answer('status', () => ({}));
    await client.call('status', {}, signal);
    gateway.answer('chat.send', () => ({ runId: 'r1', status: 'started' }));
    gateway.peers[0]?.cut();
    expect(await sending).toEqual({ runId: 'r1', status: 'started' });
    // Without a key nobody could tell that it is the same.
    gateway.answer('pairing.approve', () => {
      throw new Refusal({ code: 'gateway.draining', message: 'Later.', retryable: true });
    });
    await expect(client.call('pairing.approve', { code: 'ABCD' }, signal)).rejects.toMatchObject({
      code: 'gateway.draining',
    });
  });

  it('does not repeat what may have had its effect', async ({ signal }) => {
    const { gateway, client } = await setUp();
    const arrived = gateway.next('pairing.approve');
    const approving = client.call('pairing.approve', { code: 'ABCD' }, signal);
    approving.catch(() => undefined);
    await arrived;
    gateway.peers[0]?.cut();
    await expect(approving).rejects.toMatchObject({
      code: 'gateway.not-running',
      traits: { retryable: true },
    });
    await status(client, 'open');
    expect(gateway.received.filter(({ method }) => method === 'pairing.approve')).toHaveLength(1);
  });

  it('rejects with the reason of an abort', async ({ signal }) => {
    const { gateway, client } = await setUp();
    await client.connect(signal);
    const controller = new AbortController();
    const arrived = gateway.next('agent.wait');
    const waiting = client.call('agent.wait', { runId: 'r' }, controller.signal);
    await arrived;
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('does not send what the gateway would close the connection for', async ({ signal }) => {
    const { gateway, client } = await setUp();
    gateway.answer('connect', () => ({ ...hello, policy: { ...hello.policy, maxPayload: 200 } }));
    await client.connect(signal);
    const message = 'ä'.repeat(100);
    const params = { sessionKey: 'main', message, idempotencyKey: 'k' };
    await expect(client.call('chat.send', params, signal)).rejects.toMatchObject({
      code: 'request.too-large',
    });
  });

  it('says again on a new connection what it wants to hear of', async ({ signal }) => {
    const { gateway, client } = await setUp();
    gateway.answer('events.subscribe', () => ({ ok: true }));
    await client.call('events.subscribe', { all: true }, signal);
    const again = gateway.next('events.subscribe');
    gateway.peers[0]?.cut();
    expect((await again).params).toEqual({ all: true });
  });
});

describe('on', () => {
  it('hands on events of a known kind and shape, in order, whatever else comes', async ({
    signal,
  }) => {
    const { gateway, client } = await setUp({ report: () => undefined });
    await client.connect(signal);
    const heard: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      client.on('agent', () => {
        throw new Error('a listener that fails');
      });
      client.on('agent', ({ seq }) => heard.push(seq));
      client.on('shutdown', () => resolve());
    });
    const [peer] = gateway.peers;
    const payload = {
      runId: 'r',
      sessionKey: 's',
      stream: 'run',
      data: { type: 'run.start', model: 'm' },
    };
    peer?.event('agent', { ...payload, seq: 1 });
    peer?.event('agent', null);
    peer?.event('agent', { runId: 7, sessionKey: {} });
    peer?.event('agent', { runId: 'r', sessionKey: 's', data: 'text' });
    peer?.event('unheard.of', {});
    peer?.event('agent', { ...payload, seq: 2 });
    peer?.event('shutdown', {});
    await done;
    expect(heard).toEqual([1, 2]);
  });

  it('tells of frames that were lost', async ({ signal }) => {
    const { gateway, client } = await setUp();
    await client.connect(signal);
    const gap = new Promise((resolve) => client.on('gap', resolve));
    gateway.peers[0]?.event('tick', {}, 1);
    gateway.peers[0]?.event('tick', {}, 5);
    expect(await gap).toEqual({ seq: 5 });
  });
});

describe('silence', () => {
  it('is questioned, and ends the connection when nobody answers', async ({ signal }) => {
    const sleeps: { ms: number; wake: () => void }[] = [];
    const asleep = (ms: number): Promise<() => void> =>
      new Promise((resolve) => {
        const look = (): void => {
          const at = sleeps.findIndex((one) => one.ms === ms);
          const [found] = at >= 0 ? sleeps.splice(at, 1) : [];
          if (found) resolve(found.wake);
          else setImmediate(look);
        };
        look();
      });
    const clock = {
      sleep: (ms: number, until: AbortSignal): Promise<void> =>
        new Promise((resolve, reject) => {
          sleeps.push({ ms, wake: resolve });
          until.addEventListener('abort', () => reject(until.reason as Error));
        }),
    };
    const { gateway, client } = await setUp({ clock, reconnect: 'never' });
    gateway.answer('connect', () => ({ ...hello, policy: { ...hello.policy, tickIntervalMs: 7 } }));
    await client.connect(signal);
    // The answer to the handshake was heard in the first round.
    (await asleep(14))();
    const probe = gateway.next('health');
    (await asleep(14))();
    await probe;
    (await asleep(7))();
    await status(client, 'closed');
    expect(client.state.current).toMatchObject({ error: { code: 'gateway.not-running' } });
  });
});
