import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LoopbackServer, openLoopbackServer } from './loopback-server.ts';
import { createRequestLog, type RequestLog } from './recorded-request.ts';

describe('createRequestLog', () => {
  let log: RequestLog;
  let server: LoopbackServer;
  const errors: unknown[] = [];
  beforeEach(async () => {
    log = createRequestLog({ apiKeys: ['a', 'b'], maxRequests: 3, maxCharacters: 20 });
    server = await openLoopbackServer(
      async (incoming, response) => {
        const { request } = await log.record(incoming, response);
        if (request.path === '/fail') throw new TypeError('broken listener');
        response.writeHead(201).end();
      },
      { onError: (error) => errors.push(error) },
    );
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
  });
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.origin}/x?y=1`, { method: 'POST', body, headers });

  it('keeps what was sent, without secrets', async () => {
    const secrets = { authorization: 'Bearer b', cookie: 'c=d', 'x-goog-api-key': 'b' };
    await post('{"a":1}', { ...secrets, 'x-plain': 'f' });
    await post('no json', { 'x-api-key': 'a' });
    await post('', { 'x-api-key': 'unknown' });
    await log.requests.at(-1)?.settled;

    expect(log.requests).toMatchObject([
      {
        order: 1,
        method: 'POST',
        path: '/x?y=1',
        text: '{"a":1}',
        body: { a: 1 },
        keyIndex: 1,
        status: 201,
        outcome: 'answered',
        headers: {
          authorization: '[secret]',
          cookie: '[secret]',
          'x-goog-api-key': '[secret]',
          'x-plain': 'f',
        },
      },
      { order: 2, text: 'no json', body: undefined, keyIndex: 0 },
      { order: 3, text: '', body: undefined, keyIndex: undefined },
    ]);
    expect(JSON.stringify(log.requests)).not.toMatch(/Bearer|c=d/);
  });

  it('forgets the oldest beyond so many, and beyond so much text', async () => {
    for (const body of ['1', '2', '3', '4']) await post(body);
    expect(log.requests.map(({ text }) => text)).toEqual(['2', '3', '4']);

    await post('x'.repeat(19));
    expect(log.requests.map(({ text }) => text.length)).toEqual([1, 19]);

    await post('y'.repeat(50));
    expect(log.requests.map(({ text }) => text.length)).toEqual([50]);
  });

  it('destroys the connection of a listener that throws, and tells why', async () => {
    await expect(fetch(`${server.origin}/fail`)).rejects.toThrow('fetch failed');

    expect(errors).toMatchObject([{ message: 'broken listener' }]);
    await log.requests[0]?.settled;
    expect(log.requests[0]?.outcome).toBe('aborted');
  });
});
