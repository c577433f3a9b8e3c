import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { echoScript, type ModelServer } from '@cuttle/testkit';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { codeOf, payloadOf, type RawClient, textAt } from '../gateway/raw-client.ts';
import { openServerHome, type RunningServer, type ServerHome } from '../signals/run-server.ts';

const root = join(import.meta.dirname, '../..');
const program = join(import.meta.dirname, 'worker-program.ts');

let model: ModelServer;
let home: ServerHome;
let workers: ChildProcess[];
beforeEach(async () => {
  workers = [];
  model = await openOpenaiServer({ script: echoScript(), rules: 'skipped' });
  const local = { kind: 'openai', baseUrl: model.url, apiKey: 'test-key' };
  home = await openServerHome({
    providers: { local: { ...local, models: [{ id: 'gpt-4.1-mini' }] } },
    agents: { defaults: { model: 'local/gpt-4.1-mini', subagents: { workers: ['builder'] } } },
  });
});
afterEach(async () => {
  for (const worker of workers) await kill(worker);
  await home[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

async function killServer(server: RunningServer): Promise<void> {
  server.kill('SIGKILL');
  await server.exit;
}

/** On the address of the one before, where its workers look for it. */
async function startAt(url: string): Promise<{ server: RunningServer; client: RawClient }> {
  const server = home.start({ CUTTLE_GATEWAY__PORT: new URL(url).port });
  return { server, client: await server.connect() };
}

interface Worker {
  readonly child: ChildProcess;
  say(line: string): void;
  /** Resolves when it has printed this. */
  until(words: string): Promise<void>;
}

function startWorker(
  url: string,
  token: string,
  { file = 'reports.jsonl', leaseMs = 60_000 } = {},
): Worker {
  const buffer = join(home.folder, file);
  const child = spawn(process.execPath, ['--conditions=@cuttle/source', program], {
    cwd: root,
    env: {
      WORKER_URL: url,
      WORKER_TOKEN: token,
      WORKER_BUFFER: buffer,
      WORKER_LEASE_MS: `${leaseMs}`,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  workers.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return {
    child,
    say: (line) => void child.stdin.write(`${line}\n`),
    until: (words) =>
      vi.waitFor(() => expect(said).toContain(words), { timeout: 20_000, interval: 10 }),
  };
}

async function find(client: RawClient): Promise<Record<string, unknown> | undefined> {
  const { subagents } = payloadOf(await client.call('subagents.list', { sessionKey: 'main' }));
  return (subagents as Record<string, unknown>[])[0]; // by the protocol
}

/** Looks until the sub-agent is as wished. */
const untilIt = (client: RawClient, wish: object): Promise<void> =>
  vi.waitFor(async () => expect(await find(client)).toMatchObject(wish), {
    timeout: 20_000,
    interval: 20,
  });

it('tells an agent once what a worker outside did, whichever of the two is killed', async () => {
  const first = home.start();
  const url = await first.ready;
  const one = await first.connect();
  const token = textAt(payloadOf(await one.call('workers.token', { worker: 'builder' })), 'token');
  const spawned = { task: 'build it', label: 'building', worker: 'builder', wait: true };
  const message = `[[tool=agent_spawn ${JSON.stringify(spawned)}]]`;
  const asked = { sessionKey: 'main', message, idempotencyKey: 'k1' };
  const runId = textAt(payloadOf(await one.call('chat.send', asked)), 'runId');
  const worker = startWorker(url, token);
  await worker.until('task: build it, attempt 1');
  worker.say('one');
  await untilIt(one, { state: 'running', worker: 'builder', progress: 'at one' });

  await killServer(first);
  worker.say('two');
  await worker.until('booked: two');
  const second = await startAt(url);
  worker.say('three');
  await untilIt(second.client, { state: 'running', progress: 'at three' });

  await killServer(second.server);
  worker.say('four');
  worker.say('end');
  const buffer = (): Promise<string> => readFile(join(home.folder, 'reports.jsonl'), 'utf8');
  await vi.waitFor(async () => expect(await buffer()).toContain('"completed"'), 20_000);
  await kill(worker.child);
  const third = await startAt(url);
  const again = startWorker(url, token);
  again.say('not again');
  const end = payloadOf(await third.client.call('agent.wait', { runId }));
  expect(end).toMatchObject({ status: 'completed' });
  const reply = 'one\ntwo\nthree\nfour\nthe end';
  await untilIt(third.client, { state: 'completed', reply, result: 'answered' });
  const history = payloadOf(await third.client.call('chat.history', { sessionKey: 'main' }));
  expect(JSON.stringify(history).match(/"role":"tool"[^}]*four/g) ?? []).toHaveLength(1);
});

it('gives the task of a killed worker to the next one when the lease runs out, and tells the agent once', async () => {
  const server = home.start();
  const url = await server.ready;
  const client = await server.connect();
  const issued = await client.call('workers.token', { worker: 'builder' });
  const token = textAt(payloadOf(issued), 'token');
  const spawned = { task: 'build it', label: 'building', worker: 'builder', wait: true };
  const message = `[[tool=agent_spawn ${JSON.stringify(spawned)}]]`;
  const asked = { sessionKey: 'main', message, idempotencyKey: 'k1' };
  const runId = textAt(payloadOf(await client.call('chat.send', asked)), 'runId');
  const lost = startWorker(url, token, { file: 'lost.jsonl', leaseMs: 1_000 });
  await lost.until('task: build it, attempt 1');
  lost.say('half of it');
  await untilIt(client, { state: 'running', progress: 'at half of it' });
  const next = startWorker(url, token);
  await kill(lost.child);

  await next.until('task: build it, attempt 2');
  const booked = await readFile(join(home.folder, 'lost.jsonl'), 'utf8');
  const [, place = ''] = /"lease":(\{[^}]*\})/.exec(booked) ?? [];
  const { taskId, fence } = JSON.parse(place) as { taskId: string; fence: string }; // a line of the buffer
  const late = await fetch(new URL('/api/workers.report', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ taskId, fence, seq: 3, text: 'the other half' }),
  });
  expect(await late.json()).toMatchObject({ error: { code: 'subagent.lease-lost' } });
  next.say('all of it');
  next.say('end');
  const end = payloadOf(await client.call('agent.wait', { runId }));
  expect(end).toMatchObject({ status: 'completed' });
  const told = { state: 'completed', reply: 'all of it\nthe end', result: 'answered' };
  expect(await find(client)).toMatchObject(told);
  const history = payloadOf(await client.call('chat.history', { sessionKey: 'main' }));
  expect(JSON.stringify(history).match(/"role":"tool"[^}]*all of it/g) ?? []).toHaveLength(1);
});

it('lets a token of workers reach their tasks alone, until it is taken back', async () => {
  const server = home.start();
  const url = await server.ready;
  const owner = await server.connect();
  const token = textAt(
    payloadOf(await owner.call('workers.token', { worker: 'builder' })),
    'token',
  );
  const ask = async (method: string, params: object = {}): Promise<unknown> => {
    const response = await fetch(new URL(`/api/${method}`, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(params),
    });
    const body = (await response.json()) as { error?: { code: string } }; // by the protocol
    return body.error?.code ?? body;
  };
  const claim = { worker: 'builder', idempotencyKey: 'k' };
  expect(await ask('workers.claim', claim)).toEqual({});
  expect(await ask('workers.claim', { ...claim, worker: 'printer' })).toBe('access.denied');
  const report = { taskId: 'x', fence: 'x', seq: 1 };
  expect(await ask('workers.report', report)).toBe('subagent.lease-lost');
  for (const method of ['subagents.list', 'chat.history', 'status', 'workers.token', 'config.get'])
    expect(await ask(method, { sessionKey: 'main', worker: 'x' })).toBe('access.denied');
  const metrics = { headers: { authorization: `Bearer ${token}` } };
  expect((await fetch(new URL('/metrics', url), metrics)).status).toBe(403);
  expect((await fetch(new URL('/v1/models', url), metrics)).status).toBe(403);
  const refused = { sessionKey: 'main', message: 'x', idempotencyKey: 'k' };
  expect(await ask('chat.send', refused)).toBe('access.denied');
  expect(payloadOf(await owner.call('workers.revoke', { worker: 'builder' }))).toEqual({
    revoked: 1,
  });
  expect(await ask('workers.claim', claim)).toBe('access.unauthenticated');
  const wrong = await owner.call('workers.token', { worker: 'No Name' });
  expect(codeOf(wrong)).toBe('request.invalid');
});
