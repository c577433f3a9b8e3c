import { expect, it, describe } from 'vitest';
import { z } from 'zod';
import { WebSocket } from 'ws';
import { type DiscordServer, openDiscordServer } from './discord-server.ts';
import { discordLimits } from './limits.ts';

const soon = (): AbortSignal => AbortSignal.timeout(5000);

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function call(
  server: DiscordServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${server.restUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${server.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

interface Peer {
  readonly received: { op: number; t?: string; s?: number; d: unknown }[];
  readonly closed: Promise<number>;
  send(payload: unknown): void;
  until(predicate: (payload: { op: number; t?: string; d: unknown }) => boolean): Promise<void>;
}

async function connect(server: DiscordServer, query = '?v=10&encoding=json'): Promise<Peer> {
  const socket = new WebSocket(`${server.gatewayUrl}/${query}`);
  const received: Peer['received'] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data: Buffer) => {
    received.push(JSON.parse(data.toString()) as Peer['received'][number]);
    for (const check of waiting) check();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code));
  });
  await new Promise((resolve) => {
    socket.once('open', resolve);
  });
  return {
    received,
    closed,
    send: (payload) => socket.send(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    until: (predicate) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (received.some(predicate)) resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

const properties = { os: 'linux', browser: 'test', device: 'test' };
const wanted = (1 << 0) | (1 << 9) | (1 << 12) | (1 << 15);

function identify(server: DiscordServer, more: object = {}): object {
  return { op: 2, d: { token: server.token, properties, intents: wanted, ...more } };
}

describe('the gateway', () => {
  it('greets, acknowledges heartbeats and makes a session', async () => {
    await using server = await openDiscordServer({ heartbeatIntervalMs: 12_345 });
    server.guild({ name: 'Us' });
    const peer = await connect(server);
    await peer.until(({ op }) => op === 10);
    expect(peer.received[0]?.d).toMatchObject({ heartbeat_interval: 12_345 });
    peer.send({ op: 1, d: null });
    await peer.until(({ op }) => op === 11);
    peer.send(identify(server));
    await peer.until(({ t }) => t === 'GUILD_CREATE');
    expect(peer.received.find(({ t }) => t === 'READY')).toMatchObject({
      s: 1,
      d: { session_id: server.sessions[0]?.id, user: { id: server.bot.id } },
    });
    peer.send({ op: 1, d: 2 });
    await server.waitFor(() => server.sessions[0]?.acknowledgedSeq === 2, soon());
    expect(server.gateway.heartbeats).toEqual([null, 2]);
  });

  it.each([
    ['a token that is not known', { token: 'x' }, 4004],
    ['an intent that does not exist', { intents: 1 << 30 }, 4013],
    ['an intent that is not switched on', { intents: 1 << 1 }, 4014],
    ['a shard beyond the count', { shard: [1, 1] }, 4010],
    ['no properties', { properties: undefined }, 4002],
  ])('closes an Identify with %s', async (_name, more, code) => {
    await using server = await openDiscordServer();
    const peer = await connect(server);
    peer.send(identify(server, more));
    expect(await peer.closed).toBe(code);
  });

  it.each([
    ['no JSON', 'x', 4002],
    ['an opcode nobody knows', { op: 77, d: null }, 4001],
    ['anything before Identify', { op: 3, d: {} }, 4003],
    ['a payload that is too long', { op: 1, d: null, x: 'y'.repeat(5000) }, 4002],
  ])('closes on %s', async (_name, payload, code) => {
    await using server = await openDiscordServer();
    const peer = await connect(server);
    peer.send(payload);
    expect(await peer.closed).toBe(code);
  });

  it('closes on another version, a second Identify and too many payloads', async () => {
    await using server = await openDiscordServer();
    expect(await (await connect(server, '?v=3')).closed).toBe(4012);
    const twice = await connect(server);
    twice.send(identify(server));
    twice.send(identify(server));
    expect(await twice.closed).toBe(4005);
    const chatty = await connect(server);
    for (let count = 0; count <= 121; count += 1) chatty.send({ op: 1, d: null });
    expect(await chatty.closed).toBe(4008);
  });

  it('replays what a session missed, and refuses one that is gone or never was so far', async () => {
    await using server = await openDiscordServer();
    const ann = server.user();
    const first = await connect(server);
    first.send(identify(server));
    await first.until(({ t }) => t === 'READY');
    server.gateway.cut();
    expect(await first.closed).toBe(1006);
    server.say({ from: ann, text: 'missed' });
    const session = server.sessions[0]?.id;
    const resume = (seq: number): object => ({
      op: 6,
      d: { token: server.token, session_id: session, seq },
    });
    const second = await connect(server);
    second.send(resume(1));
    await second.until(({ t }) => t === 'RESUMED');
    expect(second.received.map(({ op, t, s }) => [op, t, s])).toEqual([
      [10, undefined, undefined],
      [0, 'MESSAGE_CREATE', 2],
      [0, 'RESUMED', 3],
    ]);
    const third = await connect(server);
    third.send(resume(99));
    expect(await third.closed).toBe(4007);
    server.expireSessions();
    const fourth = await connect(server);
    fourth.send(resume(2));
    await fourth.until(({ op }) => op === 9);
    expect(fourth.received.at(-1)).toMatchObject({ op: 9, d: false });
  });

  it('hides the words of a guild without the intent, but not what names the bot', async () => {
    await using server = await openDiscordServer();
    const ann = server.user();
    const channel = server.channel({ guild: server.guild() });
    const peer = await connect(server);
    peer.send(identify(server, { intents: wanted & ~(1 << 15) }));
    await peer.until(({ t }) => t === 'READY');
    const texts = ['secret', 'public'].map(
      (text) => server.say({ from: ann, channel, text, mention: text === 'public' }).dispatch?.d,
    );
    expect(texts).toMatchObject([{ content: '' }, { content: `<@${server.bot.id}> public` }]);
    expect(server.say({ from: ann, text: 'direct' }).dispatch?.d).toMatchObject({
      content: 'direct',
    });
  });
});

describe('the REST API', () => {
  it.each([
    [{ content: 'x'.repeat(2001) }, 400, 50_035],
    [{ content: '  \n ' }, 400, 50_006],
    [{ content: 'a', nonce: 'n'.repeat(26) }, 400, 50_035],
    [{ content: 'a', message_reference: { message_id: '5' } }, 400, 50_035],
    [
      {
        content: 'a',
        components: [{ type: 1, components: [{ type: 2, style: 1, label: 'no id' }] }],
      },
      400,
      50_035,
    ],
    [
      {
        content: 'a',
        components: [
          {
            type: 1,
            components: ['x', 'x'].map((id) => ({ type: 2, style: 1, label: id, custom_id: id })),
          },
        ],
      },
      400,
      50_035,
    ],
  ])('refuses %j', async (body, status, code) => {
    await using server = await openDiscordServer();
    const channel = server.direct(server.user());
    const answer = await call(server, 'POST', `/channels/${channel}/messages`, body);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(server.visible(channel)).toEqual([]);
  });

  it('knows what it does not know', async () => {
    await using server = await openDiscordServer();
    const channel = server.direct(server.user());
    const ask = async (method: string, path: string): Promise<unknown> =>
      (await call(server, method, path)).body['code'];
    expect(await ask('GET', '/channels/5')).toBe(10_003);
    expect(await ask('GET', `/channels/${channel}/messages/5`)).toBe(10_008);
    expect(await ask('GET', '/channels/abc')).toBe(50_035);
    expect(await ask('GET', '/nothing/here')).toBe(0);
    server.block(channel, 'cannot-dm');
    const blocked = await call(server, 'POST', `/channels/${channel}/messages`, { content: 'a' });
    expect(blocked).toMatchObject({ status: 403, body: { code: 50_007 } });
    server.revokeToken();
    expect((await call(server, 'GET', '/users/@me')).status).toBe(401);
  });

  it('lists its guilds and their channels, and finds members by the beginning of a name', async () => {
    await using server = await openDiscordServer();
    const ann = server.user({ username: 'ann' });
    const ben = server.user({ username: 'ben' });
    const guild = server.guild({ name: 'Us', members: [ann, ben], nicks: { [ben]: 'Annabel' } });
    const general = server.channel({ guild });
    server.thread({ parent: general });
    const other = server.guild({ name: 'Them' });
    const list = async (path: string): Promise<unknown> => (await call(server, 'GET', path)).body;
    expect(await list('/users/@me/guilds')).toMatchObject([
      { id: guild, name: 'Us' },
      { id: other },
    ]);
    expect(await list('/users/@me/guilds?limit=1')).toHaveLength(1);
    expect(await list(`/users/@me/guilds?after=${guild}`)).toMatchObject([{ id: other }]);
    expect(await list(`/guilds/${guild}/channels`)).toMatchObject([{ id: general, type: 0 }]);
    const search = `/guilds/${guild}/members/search`;
    const both = [
      { user: { id: ann }, nick: null },
      { user: { id: ben }, nick: 'Annabel' },
    ];
    expect(await list(`${search}?query=AN&limit=5`)).toMatchObject(both);
    expect(await list(`${search}?query=cuttle`)).toMatchObject([{ user: { bot: true } }]);
    expect(await list(`${search}?query=nn&limit=5`)).toEqual([]);
    // One where nothing is said.
    expect(await list(`${search}?query=an`)).toHaveLength(1);
    for (const query of ['', '?query=', `?query=${'x'.repeat(101)}`, '?query=a&limit=1001'])
      expect(await list(search + query)).toMatchObject({ code: 50_035 });
    expect(await list('/guilds/5/members/search?query=a')).toMatchObject({ code: 10_004 });
    expect(await list('/guilds/5/channels')).toMatchObject({ code: 10_004 });
  });

  it('makes one message of a nonce that is enforced', async () => {
    await using server = await openDiscordServer();
    const channel = server.direct(server.user());
    const post = (content: string, enforce: boolean): Promise<Answer> =>
      call(server, 'POST', `/channels/${channel}/messages`, {
        content,
        nonce: 'n',
        enforce_nonce: enforce,
      });
    const first = await post('a', true);
    const second = await post('b', true);
    expect(second.body['id']).toBe(first.body['id']);
    await post('c', false);
    expect(server.visible(channel).map(({ content }) => content)).toEqual(['a', 'c']);
  });

  it('gives history in pages, newest first', async () => {
    await using server = await openDiscordServer();
    const ann = server.user();
    const ids = ['a', 'b', 'c', 'd'].map((text) => server.say({ from: ann, text }).messageId);
    const page = async (query: string): Promise<unknown> => {
      const answer = await call(server, 'GET', `/channels/${server.direct(ann)}/messages?${query}`);
      return z
        .array(z.object({ content: z.string() }))
        .parse(answer.body)
        .map(({ content }) => content);
    };
    expect(await page('limit=2')).toEqual(['d', 'c']);
    expect(await page(`after=${ids[0]}&limit=2`)).toEqual(['c', 'b']);
    expect(await page(`before=${ids[2]}`)).toEqual(['b', 'a']);
  });

  it('counts calls by bucket, and all of them together', async () => {
    await using server = await openDiscordServer({
      limits: { ...discordLimits, globalPerSecond: 7 },
      now: () => 1_800_000_000_000,
    });
    const channel = server.direct(server.user());
    const answers: Answer[] = [];
    for (let count = 0; count < 6; count += 1)
      answers.push(await call(server, 'POST', `/channels/${channel}/messages`, { content: 'a' }));
    expect(answers[0]?.headers.get('x-ratelimit-remaining')).toBe('4');
    expect(answers[5]).toMatchObject({ status: 429, body: { retry_after: 5, global: false } });
    expect(answers[5]?.headers.get('x-ratelimit-scope')).toBe('user');
    await call(server, 'GET', '/users/@me');
    const last = await call(server, 'GET', '/users/@me');
    expect(last).toMatchObject({ status: 429, body: { global: true } });
  });

  it('goes wrong when told to, before or after the effect', async () => {
    await using server = await openDiscordServer();
    const channel = server.direct(server.user());
    const route = '/channels/:channel/messages';
    const post = () => call(server, 'POST', `/channels/${channel}/messages`, { content: 'a' });
    server.fail({ route, act: { status: 429, retryAfter: 7 } });
    expect(await post()).toMatchObject({ status: 429, body: { retry_after: 7 } });
    server.fail({ route, act: 'cut' });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(server.visible(channel)).toHaveLength(0);
    server.fail({ route, act: 'cut', when: 'after' });
    await expect(post()).rejects.toThrow('fetch failed');
    expect(server.visible(channel)).toHaveLength(1);
    expect(server.calls('POST', route).map(({ state, processed }) => [state, processed])).toEqual([
      ['answered', false],
      ['cut', false],
      ['cut', true],
    ]);
  });

  it('takes files, and gives them to whoever has the address', async () => {
    await using server = await openDiscordServer();
    const ann = server.user();
    const form = new FormData();
    form.set('payload_json', JSON.stringify({ content: 'see' }));
    form.set('files[0]', new Blob(['hello'], { type: 'text/plain' }), 'a.txt');
    const headers = { authorization: `Bot ${server.token}` };
    const url = `${server.restUrl}/v10/channels/${server.direct(ann)}/messages`;
    expect((await fetch(url, { method: 'POST', headers, body: form })).status).toBe(200);
    const [message] = server.visible(server.direct(ann));
    expect(message).toMatchObject({ attachments: [{ filename: 'a.txt', size: 5 }] });
    const address = /"url":"([^"]+)"/.exec(JSON.stringify(message))?.[1];
    expect(await (await fetch(address ?? '')).text()).toBe('hello');
  });
});

describe('an interaction', () => {
  it('is answered once, in time, and with its own token', async () => {
    let now = 1_800_000_000_000;
    await using server = await openDiscordServer({ now: () => now });
    const ann = server.user();
    await call(server, 'PUT', `/applications/${server.bot.id}/commands`, [
      { name: 'go', description: 'Goes' },
    ]);
    const start = () => {
      const { interactionId } = server.command({ from: ann, name: 'go' });
      return `/interactions/${interactionId}/${server.interactions.get(interactionId)?.token}/callback`;
    };
    const path = start();
    const answer = { type: 4, data: { content: 'gone' } };
    expect((await call(server, 'POST', path, answer)).status).toBe(204);
    expect((await call(server, 'POST', path, answer)).body['code']).toBe(40_060);
    expect((await call(server, 'POST', '/interactions/1/x/callback', answer)).body['code']).toBe(
      10_062,
    );
    const late = start();
    now += 3001;
    expect((await call(server, 'POST', late, answer)).body['code']).toBe(10_062);
    expect(server.visible(server.direct(ann)).map(({ content }) => content)).toEqual(['gone']);
  });

  it('needs names of commands that Discord takes', async () => {
    await using server = await openDiscordServer();
    const put = async (name: string): Promise<number> =>
      (
        await call(server, 'PUT', `/applications/${server.bot.id}/commands`, [
          { name, description: 'x' },
        ])
      ).status;
    expect([await put('ok-name'), await put('Not'), await put('not this')]).toEqual([
      200, 400, 400,
    ]);
  });
});
