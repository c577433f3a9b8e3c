import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';

const {
  OPENAI_API_KEY: apiKey,
  OPENAI_BASE_URL: baseUrl,
  CUTTLE_HOME: home = './home',
} = process.env;
const models = [{ id: 'gpt-4.1-mini', contextWindow: 128_000 }];
const config = configSchema.parse({
  log: { level: 'error' },
  providers: { openai: { kind: 'openai', apiKey, baseUrl, models } },
  agents: { defaults: { model: 'openai/gpt-4.1-mini' } },
});
await using server = await createServer(config, { home, env: {}, port: 'none' });
const sessionKey = 'trip';

for (const message of ['We go to Kyoto.', 'By train, at nine.', 'Ticket T-4711.', 'All set?']) {
  const { runId } = await server.call('chat.send', {
    sessionKey,
    message,
    idempotencyKey: message,
  });
  await server.call('agent.wait', { runId });
}
const { context } = await server.call('sessions.get', { sessionKey });
console.log(`the last request took ${context?.tokens} of ${context?.window} tokens`);

const { runId } = await server.call('sessions.compact', {
  sessionKey,
  instructions: 'keep numbers',
});
console.log((await server.call('agent.wait', { runId })).text);
const { compactions } = await server.call('sessions.compactions', { sessionKey });
for (const { uptoSeq, text, facts } of compactions) {
  console.log(`up to entry ${uptoSeq}: ${text}`, facts.identifiers);
  await server.call('sessions.restore', { sessionKey, summaryUpto: uptoSeq }); // and back
}
