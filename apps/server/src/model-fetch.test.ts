import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createModelFetch } from './model-fetch.ts';

let scope: AsyncDisposableStack;
let wire: ReturnType<typeof createModelFetch>;
beforeEach(() => {
  scope = new AsyncDisposableStack();
  wire = scope.use(createModelFetch({}));
});
afterEach(() => scope.disposeAsync());

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

async function serve(answer: Answer): Promise<{ url: string; sockets: readonly Socket[] }> {
  const server = createServer((request, response) => void answer(request, response));
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  scope.defer(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  // A TCP server's address is an object.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, sockets };
}

/** Sends back what it was sent. */
const echo: Answer = async (request, response) => {
  const body = await buffer(request);
  response.setHeader('x-method', request.method ?? '');
  response.setHeader('x-accepts', String(request.headers['accept-encoding']));
  response.setHeader('x-length', String(request.headers['content-length']));
  response.setHeader('set-cookie', ['a=1', 'b=2']);
  response.writeHead(201, 'Made', { 'content-type': 'application/json' }).end(body);
};

describe('a plain request', () => {
  it('is answered with status, headers and body', async () => {
    const { url } = await serve(echo);
    const response = await wire.fetch(url, {
      method: 'post',
      headers: { 'content-type': 'application/json' },
      body: '{"text":"grüezi"}',
    });
    expect([response.status, response.statusText, response.ok]).toEqual([201, 'Made', true]);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-method')).toBe('POST');
    expect(response.headers.get('x-accepts')).toBe('identity');
    expect(response.headers.get('x-length')).toBe('18');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual({ text: 'grüezi' });
  });

  it('takes bytes, a URL and a list of headers', async () => {
    const { url } = await serve(echo);
    const response = await wire.fetch(new URL(url), {
      method: 'PUT',
      headers: [['accept-encoding', 'br']],
      body: new Uint8Array([1, 2, 3]),
    });
    expect(response.headers.get('x-accepts')).toBe('br');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('keeps its connection for the next one, once its answer was read', async () => {
    const { url, sockets } = await serve(echo);
    for (let i = 0; i < 3; i += 1)
      await (await wire.fetch(url, { method: 'POST', body: `${i}` })).text();
    expect(sockets).toHaveLength(1);
  });

  it('has no body where the status allows none', async () => {
    const { url } = await serve((_request, response) => response.writeHead(204).end());
    expect((await wire.fetch(url)).body).toBe(null);
  });

  const packed =
    (encoding: string): Answer =>
    (_request, response) =>
      response.setHeader('content-encoding', encoding).end(gzipSync('packed'));

  it('is unpacked where it comes packed all the same', async () => {
    const { url } = await serve(packed('gzip'));
    expect(await (await wire.fetch(url)).text()).toBe('packed');
  });

  it('is refused where nobody can unpack it', async () => {
    const { url } = await serve(packed('x-nothing'));
    await expect(wire.fetch(url)).rejects.toThrow('fetch failed');
  });
});

describe('an answer that comes in parts', () => {
  it('is read part by part, at the pace of its reader', async () => {
    const part = Buffer.alloc(64 * 1024);
    let written = 0;
    const { url } = await serve((_request, response) => {
      const write = (): void => {
        while (written < 400) {
          written += 1;
          if (!response.write(part)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    const response = await wire.fetch(url);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    expect(first?.done).toBe(false);
    let bytes = first?.value?.byteLength ?? 0;
    // 25 MB do not fit in what lies between the two.
    expect(written).toBeLessThan(400);
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
      bytes += next.value.byteLength;
    expect(bytes).toBe(400 * part.length);
  });

  it('fails where its connection ends too soon', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.destroy());
    });
    const response = await wire.fetch(url);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('can be left, which closes its connection', async () => {
    const { url, sockets } = await serve((_request, response) => response.write('endless'));
    const response = await wire.fetch(url);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const [socket] = sockets;
    if (socket && !socket.destroyed) await once(socket, 'close');
    expect(socket?.destroyed).toBe(true);
  });
});

describe('an abort', () => {
  const reason = new Error('enough');

  it('before the request sends nothing', async () => {
    const { url, sockets } = await serve(echo);
    const signal = AbortSignal.abort(reason);
    await expect(wire.fetch(url, { signal })).rejects.toBe(reason);
    expect(sockets).toHaveLength(0);
  });

  it('before the answer rejects with its reason', async () => {
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort(reason));
    await expect(wire.fetch(url, { signal: stop.signal })).rejects.toBe(reason);
  });

  it('in the answer fails the reading with its reason', async () => {
    const stop = new AbortController();
    const { url } = await serve((_request, response) => response.write('begun'));
    const response = await wire.fetch(url, { signal: stop.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    const next = reader?.read();
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
  });
});

it('throws what fetch throws where nobody listens', async () => {
  const { url } = await serve(echo);
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
  wire = scope.use(createModelFetch({}));
  const failure = await wire.fetch(url).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
});

describe('what is not plain is left to the fetch of Node', () => {
  it('a form', async () => {
    const { url } = await serve(echo);
    const body = new FormData();
    body.set('model', 'whisper-1');
    const response = await wire.fetch(url, { method: 'POST', body });
    expect(await response.text()).toContain('whisper-1');
  });

  it('an answer that redirects', async () => {
    const { url } = await serve((request, response) =>
      request.url === '/v1'
        ? response.writeHead(307, { location: '/v2' }).end()
        : echo(request, response),
    );
    const response = await wire.fetch(url, { method: 'POST', body: 'again' });
    expect([response.url, await response.text()]).toEqual([url.replace('v1', 'v2'), 'again']);
  });

  it('an address that is none', async () => {
    await expect(wire.fetch('nowhere')).rejects.toThrow(TypeError);
  });
});
