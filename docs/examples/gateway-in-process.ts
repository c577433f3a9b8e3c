import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';

const config = configSchema.parse({ log: { level: 'error' } });
const home = process.env['CUTTLE_HOME'] ?? './home';
await using server = await createServer(config, { home, env: process.env, port: 'none' });

const { runId } = await server.call('chat.send', {
  sessionKey: 'main',
  message: 'What is 6 * 7?',
  idempotencyKey: 'question-1',
});
await server.settled();
const { entries } = await server.call('chat.history', { sessionKey: 'main' });
console.log(runId !== '', JSON.stringify(entries.at(-1)));
