import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { type Principal, reduceRun, emptyRun, type RunEvent } from '@cuttle/core-types';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import type { RunUpdate } from '@cuttle/runtime';
import { createServer, type CuttleServer } from '@cuttle/server';
import { type Script, text, toolCall } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';

let home: string;
let heard: RunUpdate[];
let running: PromiseWithResolvers<void>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuttle-calls-'));
  heard = [];
  running = Promise.withResolvers();
});
afterEach(() => rm(home, { recursive: true, force: true }));

const gated = defineTool({
  name: 'wipe_table',
  description: 'Wipes a table.',
  input: z.strictObject({ table: z.string() }),
  effect: 'opaque',
  risk: 'execute',
  run: async () => expect.fail('nobody approved it'),
});
/** Runs until it is stopped. */
const endless = defineTool({
  name: 'wait_long',
  description: 'Waits.',
  input: z.strictObject({}),
  effect: 'opaque',
  risk: 'read',
  run: (_input, _context, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      running.resolve();
    }),
});
const tools: readonly Tool[] = [gated, endless];

const openModel = (script: Script): ReturnType<typeof openOpenaiServer> =>
  openOpenaiServer({ script });

function serve(baseUrl: string): Promise<CuttleServer> {
  const models = [{ id: 'gpt-4.1-mini' }];
  const config = configSchema.parse({
    gateway: { port: 0 },
    log: { level: 'error' },
    providers: { local: { kind: 'openai', baseUrl, apiKey: 'test-key', models } },
    agents: { defaults: { model: 'local/gpt-4.1-mini' } },
    tools: { profile: 'full', approvals: 'ask' },
  });
  const listener = { run: (update: RunUpdate) => void heard.push(update) };
  return createServer(config, { home, tools, listener });
}

interface Said {
  readonly queueMode?: 'steer' | 'interrupt' | 'followup';
  readonly principal?: Principal;
  readonly sessionKey?: string;
}

async function say(server: CuttleServer, message: string, said: Said = {}): Promise<string> {
  const { principal, queueMode, sessionKey = 'main' } = said;
  const { runId } = await server.call(
    'chat.send',
    { sessionKey, message, idempotencyKey: message, ...(queueMode && { queueMode }) },
    principal && { principal },
  );
  return runId;
}

async function pending(server: CuttleServer): Promise<string[]> {
  const { approvals } = await server.call('exec.approvals.list', {});
  return approvals.flatMap(({ state, approvalId }) => (state === 'pending' ? approvalId : []));
}

const eventsOf = (runId: string): RunEvent[] =>
  heard.flatMap((update) => (update.runId === runId ? update.event : []));
/** The calls of a run as a listener folds them. */
const callsOf = (runId: string): unknown[] =>
  eventsOf(runId)
    .reduce(reduceRun, emptyRun)
    .calls.map(({ name, state, output }) => ({ name, state, output }));
const endOf = (runId: string): unknown =>
  eventsOf(runId).findLast(({ type }) => type === 'run.end');

function expectRising(runId: string): void {
  const numbers = heard.flatMap((update) => (update.runId === runId ? update.seq : []));
  expect(numbers).toEqual([...new Set(numbers)].toSorted((left, right) => left - right));
}

/** What the transcript says of tools. */
async function resultsOf(server: CuttleServer): Promise<string[]> {
  const { entries } = await server.call('chat.history', { sessionKey: 'main' });
  return entries
    .flatMap(({ messages }) => messages)
    .flatMap(({ role, parts }) => (role === 'tool' ? JSON.stringify(parts) : []));
}

const withdrawn = 'The approval was withdrawn because the conversation went on.';

it('goes on with what the same person says while an approval is waited for', async () => {
  await using service = await openModel([
    [toolCall('wipe_table', { table: 'oak' })],
    [text('Then I leave it.')],
  ]);
  await using server = await serve(service.url);
  const runId = await say(server, 'wipe oak');
  await server.settled();
  expect(await pending(server)).toHaveLength(1);

  const steering = await say(server, 'no, leave it', { queueMode: 'steer' });
  await server.settled();

  expect(await pending(server)).toEqual([]);
  const asked = service.calls
    .at(-1)
    ?.messages.slice(-2)
    .map((message) => message.text);
  expect(asked).toEqual([`Error: ${withdrawn}`, 'no, leave it']);
  expect(callsOf(runId)).toEqual([{ name: 'wipe_table', state: 'cancelled', output: withdrawn }]);
  expect(eventsOf(runId)).toContainEqual(
    expect.objectContaining({ type: 'approval.resolve', decision: 'cancelled' }),
  );
  expectRising(runId);
  for (const id of [runId, steering])
    expect(await server.call('agent.wait', { runId: id, timeoutMs: 0 })).toMatchObject({
      status: 'completed',
      text: 'Then I leave it.',
    });
  service.assertDone();
});

it('does not ask at all where the message came while the call was being planned', async () => {
  let steer: () => Promise<unknown> = async () => {};
  const turns = [[toolCall('wipe_table', { table: 'oak' })], [text('Then I leave it.')]];
  await using service = await openModel(async () => {
    await steer();
    return turns.shift();
  });
  await using server = await serve(service.url);
  steer = async () => {
    steer = async () => {};
    await say(server, 'no, leave it', { queueMode: 'steer' });
  };
  const runId = await say(server, 'wipe oak');
  await server.settled();

  expect(await pending(server)).toEqual([]);
  expect(callsOf(runId)).toEqual([{ name: 'wipe_table', state: 'cancelled', output: withdrawn }]);
  expect(await server.call('agent.wait', { runId, timeoutMs: 0 })).toMatchObject({
    text: 'Then I leave it.',
  });
});

it('begins anew with an interruption while an approval is waited for', async () => {
  await using service = await openModel([
    [toolCall('wipe_table', { table: 'oak' })],
    [text('Something else, then.')],
  ]);
  await using server = await serve(service.url);
  const runId = await say(server, 'wipe oak');
  await server.settled();
  const next = await say(server, 'something else', { queueMode: 'interrupt' });
  expect(await server.call('agent.wait', { runId: next, timeoutMs: 10_000 })).toMatchObject({
    status: 'completed',
    text: 'Something else, then.',
  });
  expect(await pending(server)).toEqual([]);
  expect(endOf(runId)).toMatchObject({ outcome: { status: 'aborted', by: 'interrupt' } });
  expect(callsOf(runId)).toMatchObject([{ name: 'wipe_table', state: 'cancelled' }]);
  expectRising(runId);
});

it('waits on where somebody else speaks, or where the message is to follow', async () => {
  await using service = await openModel([
    [toolCall('wipe_table', { table: 'oak' })],
    [text('Not wiped.')],
    [text('Hello.')],
    [text('Later, then.')],
  ]);
  await using server = await serve(service.url);
  await say(server, 'wipe oak');
  await server.settled();
  const guest: Principal = { id: 'guest-1', kind: 'person', scopes: ['operator.write'] };
  await say(server, 'hello', { queueMode: 'steer', principal: guest });
  await say(server, 'later', { queueMode: 'followup' });
  await server.settled();
  const [approvalId = ''] = await pending(server);
  expect(approvalId).not.toBe('');
  await server.call('exec.approvals.resolve', { approvalId, decision: 'denied' });
  await server.settled();
  service.assertDone();
});

it.each([
  ['under way', 'wait_long', {}, 'unknown'],
  ['waiting for an approval', 'wipe_table', { table: 'oak' }, 'cancelled'],
] as const)('tells the end of a call that was %s when its run was stopped', async (...row) => {
  const [what, tool, input, state] = row;
  await using service = await openModel([[toolCall(tool, input)]]);
  await using server = await serve(service.url);
  const runId = await say(server, 'go');
  if (what === 'under way') await running.promise;
  else await server.settled();
  await server.call('chat.abort', { sessionKey: 'main' });
  await server.settled();

  const [call] = eventsOf(runId).reduce(reduceRun, emptyRun).calls;
  expect(call).toMatchObject({ name: tool, state });
  expect(await resultsOf(server)).toEqual([expect.stringContaining(call?.output ?? 'nothing')]);
  expect(eventsOf(runId).at(-1)).toMatchObject({ type: 'run.end' });
  expectRising(runId);
});

it('goes on after an approval that was given in another session', async () => {
  await using service = await openModel([
    [toolCall('wipe_table', { table: 'oak' })],
    [text('Not wiped.')],
  ]);
  await using server = await serve(service.url);
  const runId = await say(server, 'wipe oak');
  await server.settled();
  const [approvalId = ''] = await pending(server);
  await say(server, `/approve ${approvalId} deny`, { sessionKey: 'another' });
  await server.settled();
  expect(await server.call('agent.wait', { runId, timeoutMs: 0 })).toMatchObject({
    text: 'Not wiped.',
  });
  expect(eventsOf(runId)).toContainEqual(
    expect.objectContaining({ type: 'approval.resolve', decision: 'denied' }),
  );
});
