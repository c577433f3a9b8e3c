import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';

const {
  OPENAI_API_KEY: apiKey,
  OPENAI_BASE_URL: baseUrl,
  CUTTLE_HOME: home = './home',
} = process.env;
const config = configSchema.parse({
  log: { level: 'error' },
  providers: { openai: { kind: 'openai', apiKey, baseUrl, models: [{ id: 'gpt-4.1-mini' }] } },
  agents: { defaults: { model: 'openai/gpt-4.1-mini', subagents: { maxChildren: 3 } } },
});
await using server = await createServer(config, { home, env: {}, port: 'none' });

const { runId } = await server.call('chat.send', {
  sessionKey: 'main',
  message: 'Ask a sub-agent what 6 * 7 is.',
  idempotencyKey: 'question-1',
});
const { text } = await server.call('agent.wait', { runId });
const { subagents } = await server.call('subagents.list', { sessionKey: 'main' });
for (const { label, state, reply } of subagents) console.log(`${label}: ${state}, ${reply}`);
console.log(text);
