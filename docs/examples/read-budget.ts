import { configSchema } from '@cuttle/config';
import { dollarText } from '@cuttle/core-types';
import { createServer } from '@cuttle/server';

const config = configSchema.parse({
  gateway: { port: 0 },
  log: { level: 'error' },
  budgets: { gateway: { usdPerDay: 0.25 } },
});
const home = process.env['CUTTLE_HOME'] ?? './home';
await using server = await createServer(config, { home, env: process.env });

await server.call('chat.send', {
  sessionKey: 'main',
  message: 'Hello!',
  idempotencyKey: 'hello-1',
});
await server.settled();
const { calls, costMicros } = await server.call('usage.cost', { by: 'day', days: 1 });
console.log(`${calls} call, ${dollarText(costMicros)}`);
const { budgets } = await server.call('usage.status', { days: 1 });
for (const { scope, limitMicros, spentMicros } of budgets)
  console.log(`${scope}: ${dollarText(limitMicros - spentMicros)} left`);
