import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isCuttleError } from '@cuttle/core-types/errors';
import * as undici from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from './create-guarded-fetch.ts';
import { createExchange, type Transport } from './exchange.ts';
import type { Connector, Resolve } from './guarded-connector.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(
  listener: RequestListener,
): Promise<{ url: string; host: string; port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, port, seen };
}

function open(options: GuardedFetchOptions = {}): typeof fetch {
  const guarded = createGuardedFetch(options);
  closers.push(async () => {
    await guarded[Symbol.asyncDispose]();
  });
  return guarded;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return isCuttleError(error) ? error.code : String(error);
  }
}

const publicAddress = '93.184.215.14';

/**
 * undici on a network of its own: whatever is dialled is noted and lands on `port` of loopback, and the socket says
 * its peer is `peer`, by default what was dialled.
 */
function openElsewhere(input: {
  port: number;
  resolve: Resolve;
  peer?: string;
  options?: GuardedFetchOptions;
}) {
  const dialled: string[] = [];
  const buildConnector: typeof undici.buildConnector = (options) => {
    const real = undici.buildConnector({ allowH2: false });
    const lookup = (options as { lookup: LookupAll }).lookup;
    const connector: Connector = (place, callback) => {
      lookup(place.hostname, { all: true }, (error, found) => {
        if (error) {
          callback(error, null);
          return;
        }
        const address = found[0]?.address ?? '';
        dialled.push(address);
        real({ ...place, hostname: '127.0.0.1', port: String(input.port) }, (...result) => {
          if (result[1])
            Object.defineProperty(result[1], 'remoteAddress', { value: input.peer ?? address });
          callback(...result);
        });
      });
    };
    return connector;
  };
  const transport: Transport = { Agent: undici.Agent, fetch: undici.fetch, buildConnector };
  const opened = createExchange(
    {
      allow: [],
      maxBytes: 1e6,
      timeoutMs: 5000,
      maxRedirects: 5,
      ...input.options,
      resolve: input.resolve,
    },
    transport,
  );
  closers.push(() => opened.close());
  return {
    dialled,
    fetch: (url: string, init?: RequestInit) => opened.exchange(new Request(url, init)),
  };
}
type LookupAll = (
  hostname: string,
  options: { all: true },
  callback: (error: Error | null, found: { address: string }[]) => void,
) => void;

const always =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('targets', async () => {
  const targets = JSON.parse(
    await readFile(new URL('fixtures/ssrf-urls.json', import.meta.url), 'utf8'),
  ) as { url: string; expect: 'block' | 'allow' }[];

  it('refuses every internal spelling and reaches what is public', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    const { fetch, dialled } = openElsewhere({ port: server.port, resolve: always(publicAddress) });
    const wrong: string[] = [];
    for (const target of targets) {
      const code = await codeOf((async () => (await fetch(target.url)).text())());
      const isBlocked =
        code === 'fetch.blocked' ||
        code.includes('Failed to parse URL') ||
        code.includes('Invalid URL');
      if (isBlocked !== (target.expect === 'block')) wrong.push(`${target.url}: ${code}`);
    }
    expect(wrong).toEqual([]);
    expect(new Set(dialled)).toEqual(new Set([publicAddress]));
  });

  it('names a login in the address and a text that is no address', async () => {
    const fetch = open();
    expect(await codeOf(fetch('http://user:pass@example.com/'))).toBe('fetch.blocked');
    expect(await codeOf(fetch('nonsense'))).toBe('fetch.blocked');
  });

  it('keeps to the ports it was given', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    const resolve = always(publicAddress);
    const { fetch } = openElsewhere({ port: server.port, resolve, options: { ports: [80, 443] } });
    expect(await codeOf(fetch('http://example.com:8080/'))).toBe('fetch.blocked');
    expect(await (await fetch('http://example.com/')).text()).toBe('hello');
  });
});

describe('names', () => {
  it.each([
    ['loopback', ['127.0.0.1']],
    ['a metadata service', ['169.254.169.254']],
    ['loopback in IPv6 clothes', ['::ffff:127.0.0.1']],
    ['a public and an internal address', [publicAddress, '10.0.0.1']],
    ['nothing', []],
  ])('refuses a name that leads to %s', async (_what, addresses) => {
    const server = await serve((_request, response) => response.end('secret'));
    const { fetch, dialled } = openElsewhere({ port: server.port, resolve: always(...addresses) });
    expect(await codeOf(fetch('http://evil.example.com/'))).toBe('fetch.blocked');
    expect(dialled).toEqual([]);
    expect(server.seen).toEqual([]);
  });

  it('asks once per connection, so that a second answer of the name server changes nothing', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    let answers = 0;
    const resolve: Resolve = async () => {
      answers += 1;
      return [{ address: answers === 1 ? publicAddress : '127.0.0.1', family: 4 }];
    };
    const { fetch, dialled } = openElsewhere({ port: server.port, resolve });
    expect(await (await fetch('http://rebind.example.com/')).text()).toBe('hello');
    expect(dialled).toEqual([publicAddress]);
    expect(answers).toBe(1);
  });

  it('refuses the second answer when it has to dial again', async () => {
    const server = await serve((_request, response) => {
      response.setHeader('connection', 'close').end('hello');
    });
    let answers = 0;
    const resolve: Resolve = async () => {
      answers += 1;
      return [{ address: answers === 1 ? publicAddress : '127.0.0.1', family: 4 }];
    };
    const { fetch, dialled } = openElsewhere({ port: server.port, resolve });
    await (await fetch('http://rebind.example.com/')).text();
    expect(await codeOf(fetch('http://rebind.example.com/'))).toBe('fetch.blocked');
    expect(dialled).toEqual([publicAddress]);
  });

  it('hangs up on a peer that is not what was dialled', async () => {
    const server = await serve((_request, response) => response.end('secret'));
    const { fetch } = openElsewhere({
      port: server.port,
      resolve: always(publicAddress),
      peer: '127.0.0.1',
    });
    expect(await codeOf(fetch('http://example.com/'))).toBe('fetch.blocked');
    expect(server.seen).toEqual([]);
  });

  it('tells a name that does not resolve from one that is refused', async () => {
    const { fetch } = openElsewhere({
      port: 1,
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    });
    expect(await codeOf(fetch('http://nowhere.example.com/'))).toBe('fetch.failed');
  });
});

describe('redirects', () => {
  it('are followed, and the answer tells its last address', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/end') response.end('there');
      else response.writeHead(302, { location: '/end' }).end();
    });
    const response = await open({ allow: [server.host] })(`${server.url}/start`);
    expect([response.status, response.url, await response.text()]).toEqual([
      200,
      `${server.url}/end`,
      'there',
    ]);
  });

  it.each([
    'http://169.254.169.254/',
    'http://localhost:1/',
    'file:///etc/passwd',
    '//[::1]/',
    'http://127.1/',
    'http://u:p@example.com/',
  ])('are refused to %s', async (location) => {
    const server = await serve((_request, response) => response.writeHead(302, { location }).end());
    expect(await codeOf(open({ allow: [server.host] })(server.url))).toBe('fetch.blocked');
    expect(server.seen).toHaveLength(1);
  });

  it('end', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    expect(await codeOf(open({ allow: [server.host], maxRedirects: 3 })(server.url))).toBe(
      'fetch.failed',
    );
    expect(server.seen).toHaveLength(4);
  });

  it('carry no credentials to another origin', async () => {
    const other = await serve((request, response) => response.end(JSON.stringify(request.headers)));
    const server = await serve((_request, response) =>
      response.writeHead(307, { location: other.url }).end(),
    );
    const fetch = open({ allow: ['127.0.0.1'] });
    const headers = {
      authorization: 'Bearer x',
      cookie: 'a=b',
      'x-api-key': 'k',
      accept: 'text/x',
    };
    const got = (await (await fetch(server.url, { headers })).json()) as Record<string, string>;
    expect(got).toMatchObject({ accept: 'text/x' });
    expect([got['authorization'], got['cookie'], got['x-api-key']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('carry no body to another origin, and the body again to the same', async () => {
    const bodies: string[] = [];
    const other = await serve((_request, response) => response.end());
    const server = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      const location = request.url === '/away' ? other.url : '/end';
      request.on('end', () => {
        if (request.url === '/end') response.end();
        else response.writeHead(307, { location }).end();
      });
    });
    const fetch = open({ allow: ['127.0.0.1'] });
    const init = { method: 'POST', body: 'secret' };
    expect(await codeOf(fetch(`${server.url}/away`, init))).toBe('fetch.blocked');
    expect(other.seen).toEqual([]);
    await fetch(`${server.url}/near`, init);
    expect(bodies).toEqual(['secret', 'secret', 'secret']);
  });

  it('turn a POST into a GET as browsers do', async () => {
    const server = await serve((request, response) => {
      if (request.method === 'GET') response.end();
      else response.writeHead(303, { location: '/seen' }).end();
    });
    await open({ allow: [server.host] })(server.url, { method: 'POST', body: 'x' });
    expect(server.seen).toEqual(['POST /', 'GET /seen']);
  });
});

describe('answers', () => {
  it('are cut off past their limit, announced or not, packed or not', async () => {
    const page = Buffer.alloc(100_000, 'a');
    const server = await serve((request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', page.length).end(page);
      else if (request.url === '/gzip')
        response.setHeader('content-encoding', 'gzip').end(gzipSync(page));
      else if (request.url === '/br')
        response.setHeader('content-encoding', 'br').end(brotliCompressSync(page));
      else {
        response.write(page.subarray(0, 50_000));
        response.end(page.subarray(50_000));
      }
    });
    const fetch = open({ allow: [server.host], maxBytes: 60_000 });
    for (const path of ['/announced', '/streamed', '/gzip', '/br'])
      expect(await codeOf((async () => (await fetch(server.url + path)).text())())).toBe(
        'fetch.too-large',
      );
  });

  it('keep their status, headers and bytes', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/none') response.writeHead(204).end();
      else
        response
          .writeHead(418, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
          .end(gzipSync('teapot'));
    });
    const fetch = open({ allow: [server.host] });
    const response = await fetch(server.url);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      418,
      'text/plain',
      'teapot',
    ]);
    expect(response.headers.get('content-encoding')).toBeNull();
    expect((await fetch(`${server.url}/none`)).status).toBe(204);
  });

  it('that stall end in a timeout, before the head and within the body', async () => {
    const server = await serve((request, response) => {
      if (request.url === '/body') response.write('a');
    });
    const fetch = open({ allow: [server.host], timeoutMs: 150 });
    expect(await codeOf(fetch(server.url))).toBe('fetch.timeout');
    expect(await codeOf((async () => (await fetch(`${server.url}/body`)).text())())).toBe(
      'fetch.timeout',
    );
  });

  it('that break off are a failure', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' }).write('abc', () => response.destroy());
    });
    const fetch = open({ allow: [server.host] });
    expect(await codeOf((async () => (await fetch(server.url)).text())())).toBe('fetch.failed');
  });

  it('end with the caller’s reason when it aborts, before the head and within the body', async () => {
    const started = Promise.withResolvers<undefined>();
    const server = await serve((request, response) => {
      if (request.url === '/body') response.write('a');
      else started.resolve(undefined);
    });
    const fetch = open({ allow: [server.host] });
    const first = new AbortController();
    const pending = codeOf(fetch(server.url, { signal: first.signal }));
    await started.promise;
    first.abort(new Error('enough'));
    expect(await pending).toBe('Error: enough');
    const second = new AbortController();
    const response = await fetch(`${server.url}/body`, { signal: second.signal });
    second.abort(new Error('enough'));
    expect(await codeOf(response.text())).toBe('Error: enough');
  });

  it('that nobody reads to the end close their connection', async () => {
    const closed = Promise.withResolvers<undefined>();
    const server = await serve((_request, response) => {
      response.write('a');
      response.on('close', () => {
        closed.resolve(undefined);
      });
    });
    const response = await open({ allow: [server.host] })(server.url);
    await response.body?.cancel();
    await expect(closed.promise).resolves.toBeUndefined();
  });

  it('are got for forms and requests too', async () => {
    const bodies: string[] = [];
    const server = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.end());
    });
    const fetch = open({ allow: [server.host] });
    const form = new FormData();
    form.set('name', 'value');
    await fetch(new Request(server.url, { method: 'POST', body: form }));
    expect(bodies.join('')).toContain('name="name"');
  });
});
