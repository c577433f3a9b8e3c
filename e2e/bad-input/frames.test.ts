import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';
import { connectRaw, payloadOf, type RawClient } from '../gateway/raw-client.ts';
import { encodeFrame, type FrameShape, openRawSocket } from './raw-socket.ts';

const Item = z.looseObject({ kind: z.string() });
const { items } = z
  .looseObject({ items: z.array(Item) })
  .parse(JSON.parse(readFileSync(new URL('fixtures/ws-frames.json', import.meta.url), 'utf8')));
const frames = items
  .filter(({ kind }) => kind === 'frame')
  .map((item) => z.looseObject({ payload: z.string() }).parse(item).payload);

let gateway: OpenGateway;
/** Another client, that must notice nothing. */
let bystander: RawClient;
beforeAll(async () => {
  gateway = await openGateway({
    config: { gateway: { port: 0, limits: { frameBytes: 1_000_000 } } },
  });
  bystander = await gateway.connect();
});
afterEach(async () => {
  const health = payloadOf(await bystander.call('health'));
  if (health['ready'] !== true) throw new Error(JSON.stringify(health));
});
afterAll(() => gateway[Symbol.asyncDispose]());

const leak = /\n\s+at |node_modules|\/packages\//;

describe('a frame that is not one', () => {
  it.each(frames.map((payload) => [payload.slice(0, 40), payload]))(
    '%j before the handshake is answered by a code and a close',
    async (_name, payload) => {
      using client = await connectRaw(gateway.url);
      const heard: string[] = [];
      client.socket.on('message', (data: Buffer) => heard.push(data.toString()));
      client.sendText(payload);
      const { code } = await client.closed;
      expect([4400, 4401, 1007]).toContain(code);
      expect(heard.join('\n')).toContain('"ok":false');
      expect(heard.join('\n')).not.toMatch(leak);
    },
  );

  it.each(frames.map((payload) => [payload.slice(0, 40), payload]))(
    '%j afterwards harms nothing',
    async (_name, payload) => {
      const client = await gateway.connect();
      client.sendText(payload);
      expect(payloadOf(await client.call('health'))).toMatchObject({ ok: true });
      client.terminate();
    },
  );

  it('ends the connection when it comes again and again', async () => {
    const client = await gateway.connect();
    for (let count = 0; count < 25; count += 1) client.sendText('{');
    expect(await client.closed).toMatchObject({ code: 4400 });
  });

  it('can be a flood of requests with one id: each is answered or refused', async () => {
    const client = await gateway.connect();
    const answers: string[] = [];
    client.socket.on('message', (data: Buffer) => answers.push(data.toString()));
    const request = JSON.stringify({ type: 'req', id: 'same', method: 'sessions.list' });
    for (let count = 0; count < 500; count += 1) client.sendText(request);
    await client.call('health');
    for (;;) {
      const same = answers.filter((text) => text.includes('"id":"same"'));
      if (same.length === 500) break;
      await once(client.socket, 'message');
    }
    expect(answers.some((text) => text.includes('"ok":true'))).toBe(true);
    const refused = answers.filter((text) => text.includes('"ok":false'));
    expect(refused.every((text) => text.includes('request.rate-limited'))).toBe(true);
  });
});

describe('a frame that is too much', () => {
  const nested = (open: string, close: string, depth: number): string =>
    open.repeat(depth) + close.repeat(depth);

  it.each([
    ['deep objects', nested('{"a":', '}', 100_000).replace('}', '1}')],
    ['deep arrays', nested('[', ']', 200_000)],
    [
      'deep params',
      `{"type":"req","id":"1","method":"health","params":${nested('[', ']', 100_000)}}`,
    ],
    ['many keys', `{${Array.from({ length: 80_000 }, (_, key) => `"k${key}":0`).join(',')}}`],
  ])('%s: the connection goes on or is closed, the gateway goes on', async (_name, payload) => {
    const client = await gateway.connect();
    client.sendText(payload);
    await Promise.race([client.call('health'), client.closed]);
    client.terminate();
    expect(payloadOf(await bystander.call('status'))).toMatchObject({ ready: true });
  });

  it('a megabyte over the limit ends the connection with 1009', async () => {
    const client = await gateway.connect();
    client.sendText('x'.repeat(2_000_000));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('a binary frame ends the connection', async () => {
    const client = await gateway.connect();
    client.socket.send(Buffer.from([0, 1, 2, 3, 4, 255]));
    expect(await client.closed).toMatchObject({ code: 4400 });
  });
});

describe('bytes that break the framing', () => {
  it.each<[name: string, frame: FrameShape]>([
    ['reserved bits', { opcode: 1, payload: '{}', rsv: 7 }],
    ['no mask', { opcode: 1, payload: '{}', masked: false }],
    ['an unknown opcode', { opcode: 5, payload: '{}' }],
    ['a long ping', { opcode: 9, payload: 'x'.repeat(126) }],
    ['a ping in pieces', { opcode: 9, payload: 'x', fin: false }],
    ['text that is no UTF-8', { opcode: 1, payload: Buffer.from('gIGC', 'base64') }],
    ['a close with a reserved code', { opcode: 8, payload: Buffer.from([0x03, 0xed]) }],
    ['a continuation of nothing', { opcode: 0, payload: 'x' }],
  ])('%s ends the connection', async (_name, frame) => {
    using socket = await openRawSocket(gateway.url);
    socket.write(encodeFrame(frame));
    await socket.closed;
    expect(socket.received().toString('latin1')).not.toMatch(leak);
  });

  it('a message in pieces is one message', async () => {
    using socket = await openRawSocket(gateway.url);
    const connectFrame = JSON.stringify({
      type: 'req',
      id: '1',
      method: 'connect',
      params: {
        minProtocol: 1,
        maxProtocol: 1,
        client: { id: 'x', version: '1', platform: 'x', mode: 'x' },
        auth: { token: 'wrong' },
      },
    });
    socket.write(encodeFrame({ opcode: 1, payload: connectFrame.slice(0, 20), fin: false }));
    socket.write(encodeFrame({ opcode: 0, payload: connectFrame.slice(20) }));
    await socket.closed;
    expect(socket.received().toString()).toContain('access.unauthenticated');
  });

  it('floods of pieces and of pings are bounded', async () => {
    using pieces = await openRawSocket(gateway.url);
    pieces.write(encodeFrame({ opcode: 1, payload: 'x', fin: false }));
    const piece = encodeFrame({ opcode: 0, payload: 'x'.repeat(60_000), fin: false });
    for (let count = 0; count < 30; count += 1) pieces.write(piece);
    await pieces.closed;
    using pings = await openRawSocket(gateway.url);
    const ping = encodeFrame({ opcode: 9, payload: 'x' });
    pings.write(Buffer.concat(Array.from({ length: 10_000 }, () => ping)));
    expect(payloadOf(await bystander.call('health'))).toMatchObject({ ok: true });
  });
});

describe('requests that are none', () => {
  it.each([
    [
      'two lengths',
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n',
    ],
    ['no HTTP', 'GARBAGE\r\n\r\n'],
    ['another HTTP', 'GET / HTTP/9.9\r\n\r\n'],
    ['a long path', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`],
    [
      'a length below zero',
      'POST /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n',
    ],
    ['zeros', '\u0000\u0001\u0002\r\n\r\n'],
  ])('%s: refused, and the connection closed', async (_name, text) => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}); // it is closed either way
    const answer: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => answer.push(chunk));
    socket.write(text);
    await closed;
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});
