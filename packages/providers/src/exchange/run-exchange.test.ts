import { createServer } from 'node:http';
import { once } from 'node:events';
import { userText } from '@cuttle/core-types';
import { expect, it } from 'vitest';
import { createOpenai } from '../openai/index.ts';

const never = new AbortController().signal;
const turns = 6;
const answer = [
  { choices: [{ index: 0, delta: { content: 'Hi' } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
];
const records = [...answer.map((record) => JSON.stringify(record)), '[DONE]'];
const body = records.map((record) => `data: ${record}\n\n`).join('');

it('leaves the connection to the next request where its reader goes with the last event', async () => {
  let connections = 0;
  let ended = Promise.resolve();
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(body);
    // The end of the body comes once the whole answer has been read.
    ended = read.promise.then(() => once(response.end(), 'close')).then(() => undefined);
  });
  let read = Promise.withResolvers<void>();
  server.on('connection', () => (connections += 1));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const provider = createOpenai({ apiKey: 'key', baseUrl: `http://127.0.0.1:${port}/v1` });
  for (let turn = 0; turn < turns; turn += 1) {
    read = Promise.withResolvers<void>();
    const request = { model: 'gpt-4.1-mini', messages: [userText('Hi')], tools: [] };
    for await (const event of provider.stream(request, never)) if (event.type === 'finish') break;
    read.resolve();
    await ended;
  }
  server.close();
  server.closeAllConnections();
  // The server may be done before the reader has seen it, and then one more is opened beside the first.
  expect(connections).toBeLessThanOrEqual(2);
});
