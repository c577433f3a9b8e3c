import { configSchema } from '@cuttle/config';
import { createServer } from '@cuttle/server';

const config = configSchema.parse({ log: { level: 'error' } });
const home = process.env['CUTTLE_HOME'] ?? './home';
await using server = await createServer(config, { home, env: process.env, port: 'none' });

await server.call('memory.write', {
  path: 'memory/trip.md',
  text: '# Trip\n\nThe train to Kyoto leaves at nine.\n',
});
const { hits } = await server.call('memory.search', { query: 'when does the train leave?' });
for (const { citation, text } of hits) console.log(`${citation}: ${text}`);
