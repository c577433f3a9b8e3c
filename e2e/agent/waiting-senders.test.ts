import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { defineTool } from '@cuttle/core-types/ports';
import { createServer, type CuttleServer } from '@cuttle/server';
import { text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

let scope: AsyncDisposableStack;
let telegram: TelegramServer;
let server: CuttleServer;

const wipe = defineTool({
  name: 'wipe_table',
  description: 'Wipes a table.',
  input: z.strictObject({ table: z.string() }),
  effect: 'opaque',
  risk: 'execute',
  run: async () => expect.fail('nobody approved it'),
});

beforeEach(async () => {
  scope = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), 'cuttle-waiting-'));
  scope.defer(() => rm(home, { recursive: true, force: true }));
  telegram = scope.use(await openTelegramServer({ longPollCapMs: 500 }));
  telegram.user({ id: 7, firstName: 'Ann' });
  const script = [[toolCall('wipe_table', { table: 'oak' })], [text('Left.')], [text('Later.')]];
  const model = scope.use(await openOpenaiServer({ script: [...script, [text('Last.')]] }));
  const main = { token: telegram.token, apiRoot: telegram.url, owners: ['7'], allowedUsers: ['7'] };
  const models = [{ id: 'gpt-4.1-mini' }];
  const config = configSchema.parse({
    gateway: { port: 0 },
    log: { level: 'error' },
    providers: { local: { kind: 'openai', baseUrl: model.url, apiKey: 'test-key', models } },
    agents: { defaults: { model: 'local/gpt-4.1-mini' } },
    tools: { profile: 'full', approvals: 'ask' },
    channels: { telegram: { main: { ...main, streaming: false } } },
  });
  server = scope.use(await createServer(config, { home, tools: [wipe] }));
});
afterEach(() => scope.disposeAsync());

const said = (): string[] => telegram.visibleFromBot(7).map((message) => message.text);
const until = (words: string, count = 1): Promise<true> =>
  telegram.waitFor(
    () => said().filter((one) => one.includes(words)).length >= count || undefined,
    AbortSignal.timeout(30_000),
  );

it('whoever writes while an approval is waited for is told so, once', async () => {
  telegram.say({ from: 7, text: 'wipe oak' });
  await until('May I use wipe_table?');
  telegram.say({ from: 7, text: 'and the weather?' });
  await until('I am waiting for an approval');
  telegram.say({ from: 7, text: 'hello?' });
  telegram.say({ from: 7, text: '/approve deny' });
  await until('Last.');
  await server.settled();
  const notices = said().filter((one) => one.includes('I am waiting for an approval'));
  expect(notices).toHaveLength(1);
  const { approvals } = await server.call('exec.approvals.list', {});
  expect(approvals).toEqual([]);
});

it.each([
  [
    'denies',
    'I asked to use wipe_table: denied.',
    async () => telegram.say({ from: 7, text: '/approve deny' }),
  ],
  [
    'stops',
    'I asked to use wipe_table: not needed any more.',
    async () => telegram.say({ from: 7, text: '/stop' }),
  ],
])('the question is edited when its sender %s', async (_who, words, end) => {
  telegram.say({ from: 7, text: 'wipe oak' });
  await until('May I use wipe_table?');
  await server.settled();
  await end();
  await until(words);
  expect(said().filter((one) => one.includes('May I use'))).toEqual([]);
});
