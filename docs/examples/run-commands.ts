import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';

const config = configSchema.parse({ log: { level: 'error' } });
const home = process.env['CUTTLE_HOME'] ?? './home';
await using server = await createServer(config, { home, env: {}, port: 'none' });

/** A command is answered at once, and no model is asked. */
async function command(message: string): Promise<void> {
  const idempotencyKey = crypto.randomUUID();
  const { status, reply } = await server.call('chat.send', {
    sessionKey: 'main',
    message,
    idempotencyKey,
  });
  console.log(`${message} → ${status}: ${reply?.split('\n')[0]}`);
}

const { commands } = await server.call('commands.list', {});
console.log(commands.some(({ name }) => name === 'queue'));
await command('/queue collect');
await command('/pin Answer in French.');
await command('/queue sideways');
await command('/status');
