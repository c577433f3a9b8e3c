import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';

const {
  OPENAI_API_KEY: apiKey,
  OPENAI_BASE_URL: baseUrl,
  CUTTLE_HOME: home = './home',
} = process.env;
const config = configSchema.parse({
  log: { level: 'error' },
  providers: {
    openai: {
      kind: 'openai',
      apiKey,
      baseUrl,
      models: [
        { id: 'gpt-4.1-mini', inputs: ['text'] },
        { id: 'gpt-4o-mini', inputs: ['text', 'image'] },
      ],
    },
  },
  agents: { defaults: { model: 'openai/gpt-4.1-mini' } }, // it sees nothing: the other one tells it
  media: { describe: 'openai/gpt-4o-mini' },
});
await using server = await createServer(config, { home, env: {}, port: 'none' });

const data =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const { runId } = await server.call('chat.send', {
  sessionKey: 'main',
  message: 'What is this?',
  idempotencyKey: 'picture-1',
  attachments: [{ mimeType: 'image/png', name: 'dot.png', data }],
});
console.log((await server.call('agent.wait', { runId })).text);
