import type { ResultOf } from '@cuttle/core-types/protocol';
import { cut, type ModelServer, type Script, stall, text } from '@cuttle/testkit';
import { openAnthropicServer } from '@cuttle/testkit/anthropic';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, describe, expect, it } from 'vitest';
import { openServerHome } from '../signals/run-server.ts';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf, type RawClient } from './raw-client.ts';

const words = 'The octopus has three hearts, and two of them pump blood through the gills.';
/** $1 for a million tokens of input and of output: a microdollar a token. */
const prices = { input: 1, output: 1 };
const models = [{ id: 'm', contextWindow: 128_000, prices }];

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

const services = { anthropic: openAnthropicServer, openai: openOpenaiServer } as const;
type Kind = keyof typeof services;

/** A gateway whose model says some words and then waits, once; afterwards it answers. */
async function openScene(
  kind: Kind,
  { script = onceStalled(), more = {} }: { script?: Script; more?: object } = {},
): Promise<{ gateway: OpenGateway; client: RawClient; model: ModelServer }> {
  const model = await services[kind]({ script, models: [], rules: 'skipped' });
  const gateway = await openGateway({
    config: {
      providers: { local: { kind, baseUrl: model.url, apiKey: 'test-key', models } },
      agents: { defaults: { model: 'local/m' } },
      budgets: { gateway: { usdPerDay: 5 } },
      ...more,
    },
  });
  opened.push(model, gateway);
  return { gateway, model, client: await gateway.connect() };
}

function onceStalled(): Script {
  let calls = 0;
  return () => ((calls += 1) === 1 ? [text(words), stall()] : [text('Yes.')]);
}

async function send(client: RawClient, message: string, more: object = {}): Promise<string> {
  const idempotencyKey = `k:${message}`;
  const params = { sessionKey: 'main', message, idempotencyKey, ...more };
  return (payloadOf(await client.call('chat.send', params)) as ResultOf<'chat.send'>).runId; // the method's own result
}

async function costOf(client: RawClient): Promise<ResultOf<'usage.cost'>> {
  return payloadOf(await client.call('usage.cost', { days: 2 })) as ResultOf<'usage.cost'>; // the method's own result
}
async function gatewayBudget(client: RawClient): Promise<unknown> {
  const { budgets } = payloadOf(await client.call('usage.status', {})) as ResultOf<'usage.status'>; // the method's own result
  return budgets[0];
}
const firstWords = (client: RawClient): Promise<unknown> =>
  client.until(({ payload }) => payload['stream'] === 'text');

/** One call that was cut, of which what was not told is estimated, and paid from the budget. */
async function expectOneCut(client: RawClient, calls: number): Promise<void> {
  const cost = await costOf(client);
  expect(cost).toMatchObject({ calls, cutCalls: 1, estimatedCalls: 1, unpricedCalls: 0 });
  const { usage } = cost.rows[0] ?? {};
  expect(usage?.inputTokens).toBeGreaterThan(100);
  expect(usage?.outputTokens).toBeGreaterThanOrEqual(12);
  expect(cost.costMicros).toBe((usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0));
  expect(await gatewayBudget(client)).toMatchObject({
    spentMicros: cost.costMicros,
    reservedMicros: 0,
  });
}

describe.each(['openai', 'anthropic'] as const)('what a call of %s has used is counted', (kind) => {
  it('when it is stopped with /stop', async () => {
    const { gateway, client } = await openScene(kind);
    await send(client, 'Tell me');
    await firstWords(client);
    await send(client, '/stop');
    await gateway.server.settled();
    await expectOneCut(client, 1);
  });

  it('when it is aborted', async () => {
    const { gateway, client } = await openScene(kind);
    await send(client, 'Tell me');
    await firstWords(client);
    payloadOf(await client.call('chat.abort', { sessionKey: 'main' }));
    await gateway.server.settled();
    await expectOneCut(client, 1);
  });

  it('when a message interrupts it, beside the answer that follows', async () => {
    const { gateway, client } = await openScene(kind);
    await send(client, 'Tell me');
    await firstWords(client);
    await send(client, 'No, something else', { queueMode: 'interrupt' });
    await gateway.server.settled();
    await expectOneCut(client, 2);
  });

  it('when its client is gone', async () => {
    const { gateway, client, model } = await openScene(kind);
    const leave = new AbortController();
    const response = await gateway.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'cuttle',
        stream: true,
        messages: [{ role: 'user', content: 'Tell me' }],
      }),
      signal: leave.signal,
    });
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    for (let seen = ''; !seen.includes('octopus');)
      seen += decoder.decode((await reader?.read())?.value, { stream: true });
    leave.abort();
    await model.requests[0]?.settled;
    await gateway.server.settled();
    await expectOneCut(client, 1);
  });

  it('when the gateway stops, beside the call that is made again', async () => {
    const { gateway, client } = await openScene(kind);
    await send(client, 'Tell me');
    await firstWords(client);
    await gateway.restart();
    await gateway.server.settled();
    await expectOneCut(await gateway.connect(), 2);
  });

  it('when it breaks in the middle and is asked again', async () => {
    let calls = 0;
    const script: Script = () => ((calls += 1) === 1 ? [text(words), cut()] : [text('Yes.')]);
    const { gateway, client } = await openScene(kind, { script });
    await send(client, 'Tell me');
    await gateway.server.settled();
    await expectOneCut(client, 2);
  });

  it('when it is given up for a fallback, under its own name', async () => {
    const second = await openOpenaiServer({ script: () => [text('And so on.')], models: [] });
    opened.push(second);
    const first = await services[kind]({
      script: () => [text(words), cut()],
      models: [],
      rules: 'skipped',
    });
    opened.push(first);
    const { gateway, client } = await openScene('openai', {
      more: {
        providers: {
          first: { kind, baseUrl: first.url, apiKey: 'test-key', models },
          second: { kind: 'openai', baseUrl: second.url, apiKey: 'test-key', models },
        },
        agents: { defaults: { model: 'first/m', fallbacks: ['second/m'] } },
      },
    });
    await send(client, 'Tell me');
    await gateway.server.settled();
    const { rows } = await costOf(client);
    const counts = rows.map(({ key, calls, cutCalls }) => ({ key, calls, cutCalls }));
    expect(counts.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual([
      { key: 'first/m', calls: 1, cutCalls: 1 },
      { key: 'second/m', calls: 1, cutCalls: 0 },
    ]);
  });

  it('when the process is killed, once for each life', async () => {
    let calls = 0;
    const script: Script = () => ((calls += 1) <= 2 ? [text(words), stall()] : [text('Yes.')]);
    const model = await services[kind]({ script, models: [], rules: 'skipped' });
    const home = await openServerHome({
      providers: { local: { kind, baseUrl: model.url, apiKey: 'test-key', models } },
      agents: { defaults: { model: 'local/m' } },
    });
    opened.push(model, home);
    let runId = '';
    for (const life of [1, 2]) {
      const server = home.start();
      const client = await server.connect();
      if (life === 1) runId = await send(client, 'Tell me');
      await model.untilCalls(life, AbortSignal.timeout(30_000));
      server.kill('SIGKILL');
      await server.exit;
    }
    const client = await home.start().connect();
    payloadOf(await client.call('agent.wait', { runId, timeoutMs: 20_000 }));
    expect(await costOf(client)).toMatchObject({ calls: 3, cutCalls: 2, estimatedCalls: 2 });
  });
});

it('tells a plain turn as it always did', async () => {
  const { gateway, client } = await openScene('openai', { script: () => [text('Yes.')] });
  await send(client, 'Tell me');
  await gateway.server.settled();
  expect(await costOf(client)).toMatchObject({ calls: 1, cutCalls: 0, estimatedCalls: 0 });
});
