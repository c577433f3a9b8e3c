import { createClient } from '@cuttle/client';
import { answerText } from '@cuttle/core-types';

const { CUTTLE_URL: url = 'http://127.0.0.1:18800', CUTTLE_TOKEN: token } = process.env;
const signal = AbortSignal.timeout(60_000);
const client = createClient({
  url,
  token,
  client: { id: 'my-program', version: '1.0.0', platform: 'node', mode: 'script' },
});
const session = client.follow('main', {}, signal);
session.subscribe(({ runs }) => console.log(runs.map(({ view }) => answerText(view)).join())); // while it grows

const params = { sessionKey: 'main', message: 'hi', idempotencyKey: crypto.randomUUID() };
const { runId } = await client.call('chat.send', params, signal);
const { text } = await client.call('agent.wait', { runId, timeoutMs: 60_000 }, signal);
console.log(text);
client.close();
