import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { createServer, type CuttleServer } from '@cuttle/server';
import { type Script, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

type Asked = ResultOf<'exec.approvals.list'>['approvals'][number];

const model = 'local/gpt-4.1-mini';
let home: string;
let wiped: unknown[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuttle-plans-'));
  wiped = [];
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Asks for an approval, as the policy says `ask`. */
const wipe = (effect: 'opaque' | 'keyed', input = z.strictObject({ table: z.string() })): Tool =>
  defineTool({
    name: 'wipe_table',
    description: 'Wipes a table.',
    input,
    effect,
    risk: 'execute',
    async run(value) {
      wiped.push(value);
      return { text: 'clean' };
    },
  });

async function serve(modelUrl: string, tools: readonly Tool[]): Promise<CuttleServer> {
  const config = configSchema.parse({
    gateway: { port: 0 },
    log: { level: 'error' },
    providers: {
      local: {
        kind: 'openai',
        baseUrl: modelUrl,
        apiKey: 'test-key',
        models: [{ id: 'gpt-4.1-mini' }],
      },
    },
    agents: { defaults: { model } },
    tools: { profile: 'full', approvals: 'ask' },
  });
  return createServer(config, { home, tools });
}

/** Sends a message and comes back when the run waits or has ended. */
async function say(server: CuttleServer, message: string): Promise<void> {
  await server.call('chat.send', { sessionKey: 'main', message, idempotencyKey: message });
  await server.settled();
}

async function pending(server: CuttleServer): Promise<readonly Asked[]> {
  const { approvals } = await server.call('exec.approvals.list', {});
  return approvals.filter(({ state }) => state === 'pending');
}

async function approve(server: CuttleServer, { approvalId }: Asked): Promise<void> {
  await server.call('exec.approvals.resolve', { approvalId, decision: 'approved' });
  await server.settled();
}

async function lastText(server: CuttleServer): Promise<string | undefined> {
  const { entries } = await server.call('chat.history', { sessionKey: 'main' });
  return JSON.stringify(entries.at(-1));
}

const openModel = (script: Script): ReturnType<typeof openOpenaiServer> =>
  openOpenaiServer({ script });

it('asks about exactly what runs, whatever the model wrote', async () => {
  await using service = await openModel([
    [toolCall('WipeTable', {}, { inputText: '{"table": "oak",}' })],
    [text('It is clean.')],
  ]);
  await using server = await serve(service.url, [wipe('opaque')]);
  await say(server, 'wipe it');

  const [asked, ...more] = await pending(server);
  expect(more).toEqual([]);
  expect(asked).toMatchObject({ tool: 'wipe_table', input: { table: 'oak' } });
  expect(wiped).toEqual([]);
  if (asked) await approve(server, asked);
  expect(wiped).toEqual([{ table: 'oak' }]);
  expect(await lastText(server)).toContain('It is clean.');
  service.assertDone();
});

it('asks for each call of a later step in turn, across a restart', async () => {
  await using service = await openModel([
    [toolCall('current_time', {})],
    [toolCall('wipe_table', { table: 'oak' }), toolCall('wipe_table', { table: 'ash' })],
    [text('Both are clean.')],
  ]);
  const server = await serve(service.url, [wipe('opaque')]);
  await say(server, 'wipe both');
  const [first, second] = await pending(server);
  expect([first?.input, second?.input]).toEqual([{ table: 'oak' }, { table: 'ash' }]);
  if (first) await approve(server, first);
  expect(wiped).toEqual([{ table: 'oak' }]);
  await server[Symbol.asyncDispose]();

  await using again = await serve(service.url, [wipe('opaque')]);
  await again.settled();
  const [left, ...more] = await pending(again);
  expect(more).toEqual([]);
  expect(left?.approvalId).toBe(second?.approvalId);
  if (left) await approve(again, left);
  expect(wiped).toEqual([{ table: 'oak' }, { table: 'ash' }]);
  expect(await lastText(again)).toContain('Both are clean.');
  service.assertDone();
});

it('does not run an approved call whose tool has become another since', async () => {
  await using service = await openModel([
    [toolCall('wipe_table', { table: 'oak' })],
    [text('Then not.')],
  ]);
  const server = await serve(service.url, [wipe('opaque')]);
  await say(server, 'wipe it');
  const [asked] = await pending(server);
  await server[Symbol.asyncDispose]();

  const wider = z.strictObject({ table: z.string(), cascade: z.boolean().default(true) });
  await using again = await serve(service.url, [wipe('opaque', wider)]);
  if (asked) await approve(again, asked);
  expect(wiped).toEqual([]);
  expect(service.calls.at(-1)?.messages.at(-1)?.text).toContain('wipe_table has changed');
  service.assertDone();
});
