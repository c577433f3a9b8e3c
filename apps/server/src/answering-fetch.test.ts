import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { answeringFetch } from './answering-fetch.ts';

it('fetches where somebody listens', async () => {
  const server = createServer((_request, response) => response.end('here'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A TCP server's address is an object.
  const { port } = server.address() as AddressInfo;
  const response = await answeringFetch(`http://127.0.0.1:${port}/`);
  expect(await response.text()).toBe('here');
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  await expect(answeringFetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
});

it('ends with the reason of an abort', async () => {
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(answeringFetch('http://127.0.0.1:1/', { signal })).rejects.toBe(reason);
});
