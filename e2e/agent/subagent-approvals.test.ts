import { defineTool } from '@cuttle/core-types/ports';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { ResultOf } from '@cuttle/core-types/protocol';
import { payloadOf } from '../gateway/raw-client.ts';
import { openGateway, type OpenGateway } from '../gateway/open-gateway.ts';

const anna = 770_011;
let telegram: TelegramServer;
let gateway: OpenGateway;
let wiped: string[];

const wipe = defineTool({
  name: 'wipe_table',
  description: 'Wipes a table.',
  input: z.strictObject({ table: z.string() }),
  effect: 'keyed',
  risk: 'execute',
  async run({ table }) {
    wiped.push(table);
    return { text: `${table} is clean` };
  },
});

beforeEach(async () => {
  wiped = [];
  telegram = await openTelegramServer({ longPollCapMs: 500 });
  telegram.user({ id: anna, firstName: 'Anna' });
  const { token, url: apiRoot } = telegram;
  const account = { token, apiRoot, dmPolicy: 'allowlist', allowedUsers: [String(anna)] };
  gateway = await openGateway({
    config: {
      tools: { profile: 'full', approvals: 'ask' },
      channels: { telegram: { main: account } },
    },
    overrides: { tools: [wipe] },
  });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

/** A message of the bot that the person sees. */
const seen = (words: RegExp): Promise<{ readonly text: string }> =>
  telegram.waitFor(
    () => telegram.visibleFromBot(anna).find(({ text }) => words.test(text)),
    AbortSignal.timeout(20_000),
  );

function begin(label: string): void {
  const task = `[[tool=wipe_table ${JSON.stringify({ table: label })}]]`;
  const spawn = JSON.stringify({ task, label, wait: true });
  telegram.say({ from: anna, chat: anna, text: `[[tool=agent_spawn ${spawn}]]` });
}

it('asks for a sub-agent in the chat of the person, who decides it there, over a restart', async () => {
  begin('oak');
  const asked = await seen(/sub-agent "oak" asks: may it use wipe_table/);
  expect(asked.text).toContain('{"table":"oak"}');
  const [, id = ''] = /\/approve (\S+)/.exec(asked.text) ?? [];
  await gateway.server.settled(); // its receipt is stored: what was sent can be edited
  await gateway.restart();
  expect(wiped).toEqual([]);
  telegram.say({ from: anna, chat: anna, text: `/approve ${id}` });
  await seen(/oak is clean/);
  expect(wiped).toEqual(['oak']);
  // The question says how it ended, and was asked once.
  await seen(/I asked to use wipe_table: approved/);
  const asks = telegram.visibleFromBot(anna).filter(({ text }) => /wipe_table[?:]/.test(text));
  expect(asks.map(({ text }) => text.split('\n')[0])).toEqual([
    'I asked to use wipe_table: approved.',
  ]);
});

it('tells who follows the owner’s session that one asks, on any level, and takes the decision there', async () => {
  const client = await gateway.connect();
  const wanted = `[[tool=wipe_table ${JSON.stringify({ table: 'ash' })}]]`;
  const inner = JSON.stringify({ task: wanted, label: 'inner', wait: true });
  const outer = { task: `[[tool=agent_spawn ${inner}]]`, label: 'outer', wait: true };
  const message = `[[tool=agent_spawn ${JSON.stringify(outer)}]]`;
  await client.call('events.subscribe', { sessionKeys: ['main'] });
  const params = { sessionKey: 'main', message, idempotencyKey: 'k1' };
  const { runId } = payloadOf(await client.call('chat.send', params)) as { runId: string }; // the method's own result
  const waiting = async (): Promise<ResultOf<'exec.approvals.list'>['approvals']> =>
    (payloadOf(await client.call('exec.approvals.list', {})) as ResultOf<'exec.approvals.list'>)
      .approvals; // the method's own result
  const list = { sessionKey: 'main', open: true };
  // Of the inner one nothing else is told in this session.
  const told = new Set<unknown>();
  await client.until(({ event, payload }) => {
    if (event === 'session' && payload['sessionKey'] === 'agent:main:main')
      told.add(payload['subagentId']);
    return told.size === 3; // a message, the outer one, and the inner one
  });
  const [ask] = await waiting();
  const { subagents } = payloadOf(
    await client.call('subagents.list', list),
  ) as ResultOf<'subagents.list'>; // the method's own result
  expect(subagents.find(({ sessionKey }) => sessionKey === ask?.sessionKey)).toMatchObject({
    label: 'inner',
    depth: 2,
  });
  expect(ask).toMatchObject({ tool: 'wipe_table', input: { table: 'ash' }, state: 'pending' });
  const decision = { approvalId: ask?.approvalId, decision: 'approved' };
  payloadOf(await client.call('exec.approvals.resolve', decision));
  const ended = payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
  expect(ended).toMatchObject({ status: 'completed' });
  expect(wiped).toEqual(['ash']);
  expect(await waiting()).toEqual([]);
});

it('knows which one waits where no id is said, and denies it', async () => {
  begin('elm');
  await seen(/sub-agent "elm" asks/);
  telegram.say({ from: anna, chat: anna, text: '/approve deny' });
  await seen(/Denied: wipe_table/);
  await seen(/denied this call/);
  expect(wiped).toEqual([]);
});
