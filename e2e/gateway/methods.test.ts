import {
  type MethodName,
  methods,
  type ParamsOf,
  type ResultOf,
} from '@cuttle/core-types/protocol';
import { defineTool, type Tool } from '@cuttle/core-types/ports';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { codeOf, payloadOf, type RawClient } from './raw-client.ts';

/** Asks for an approval wherever the policy says `ask`. */
const wipe: Tool = defineTool({
  name: 'wipe',
  description: 'Wipes the table.',
  input: z.strictObject({ table: z.string() }),
  effect: 'opaque',
  risk: 'execute',
  run: async ({ table }) => ({ text: `${table} is clean.` }),
});

let telegram: TelegramServer;
let gateway: OpenGateway;
let client: RawClient;
const called = new Set<MethodName>();

beforeAll(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: 7, firstName: 'Ann' });
  telegram.user({ id: 8, firstName: 'Bob' });
  gateway = await openGateway({
    overrides: { tools: [wipe] },
    config: {
      tools: { profile: 'full', approvals: 'ask' },
      channels: { telegram: { main: { token: telegram.token, apiRoot: telegram.url } } },
    },
  });
  client = await gateway.connect();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

/** Calls a method over the socket and holds its result against the schema of its row. */
async function call<Name extends MethodName>(
  name: Name,
  params: ParamsOf<Name>,
): Promise<ResultOf<Name>> {
  const payload = payloadOf(await client.call(name, params));
  const row = methods.find((one) => one.name === name);
  // The row of this name, so its result is the result of this name; strict, so that no field is left out of the table.
  const schema = closed(row?.result ?? z.never());
  called.add(name);
  return schema.parse(payload) as ResultOf<Name>;
}

/** The same schema, but an object with a field that the table does not name is refused. */
function closed(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? schema.strict() : schema;
}

const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const key = (() => {
  let last = 0;
  return (): string => `k${(last += 1)}`;
})();

async function ask(sessionKey: string, message: string): Promise<ResultOf<'agent.wait'>> {
  const { runId } = await call('chat.send', { sessionKey, message, idempotencyKey: key() });
  return call('agent.wait', { runId, timeoutMs: 20_000 });
}

describe('every method', () => {
  it('describes the protocol', async () => {
    const { methods: rows, events } = await call('protocol.describe', {});
    expect(rows.map(({ name }) => name)).toEqual(methods.map(({ name }) => name));
    expect(events).toContain('chat');
  });

  it('tells how the gateway is', async () => {
    expect(await call('health', {})).toMatchObject({ ok: true, ready: true, reasons: [] });
    const status = await call('status', {});
    expect(status).toMatchObject({
      ready: true,
      url: gateway.url,
      home: gateway.home,
      connections: 1,
    });
    expect((await call('commands.list', {})).commands.map(({ name }) => name)).toContain('stop');
    expect((await call('tools.catalog', {})).tools).toContainEqual(
      expect.objectContaining({ name: 'wipe', effect: 'opaque', risk: 'execute' }),
    );
    expect((await call('logs.tail', { limit: 10 })).lines.length).toBeLessThanOrEqual(10);
    const { url } = await call('web.code', {});
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{40,}$/);
  });

  it('knows its models', async () => {
    expect(await call('models.list', {})).toMatchObject({ default: 'local/gpt-4.1-mini' });
    expect(await call('models.list', { refresh: true })).toMatchObject({
      models: [
        { id: 'local/gpt-4.1-mini', contextWindow: 128_000, isDefault: true },
        { id: 'offline/offline', prices: { input: 0, output: 0 } },
      ],
      failures: [],
    });
    expect(await call('models.test', {})).toMatchObject({ ok: true, model: 'local/gpt-4.1-mini' });
    expect(await call('models.test', { model: 'nowhere/x' })).toMatchObject({
      ok: false,
      error: { code: 'model.unknown' },
    });
    expect((await call('providers.status', {})).providers.map(({ id }) => id)).toContain('local');
  });

  it('shows its configuration without secrets', async () => {
    const { config } = await call('config.get', { path: 'providers.local' });
    expect(JSON.stringify(config)).not.toContain('test-key');
    expect(await call('config.reload', {})).toMatchObject({ applied: false });
    expect((await call('config.schema', {})).schema).toMatchObject({ type: 'object' });
    const refused = await client.call('config.set', { path: 'log.level', value: 'debug' });
    expect(codeOf(refused)).toBe('config.invalid');
  });

  it('answers a message', async () => {
    expect(await ask('talk', 'Hello [[say=Good day]]')).toMatchObject({
      status: 'completed',
      text: 'Good day',
    });
    const { runId, status } = await call('agent', { message: '/status', idempotencyKey: key() });
    expect(status).toBe('command');
    expect(await call('messages.fate', { id: runId })).toMatchObject({ state: 'answered' });
    const page = await call('chat.history', { sessionKey: 'talk' });
    expect(page.entries.map(({ messages }) => messages.map(({ role }) => role))).toEqual([
      ['user'],
      ['assistant'],
    ]);
    expect(await call('events.resume', { cursor: page.cursor })).toMatchObject({ replayed: 0 });
    expect(await call('events.subscribe', { sessionKeys: ['talk'] })).toEqual({ ok: true });
    expect(await call('usage.status', {})).toMatchObject({
      rows: [{ agentId: 'main', unpricedCalls: expect.any(Number) }],
      budgets: [],
    });
    expect(await call('usage.cost', { by: 'agent' })).toMatchObject({ rows: [{ key: 'main' }] });
  });

  it('keeps sessions', async () => {
    await ask('garden', 'Plant rhubarb [[say=Planted]]');
    expect((await call('sessions.list', { limit: 1 })).sessions).toHaveLength(1);
    const patched = await call('sessions.patch', { sessionKey: 'garden', title: 'Beds' });
    expect(patched).toMatchObject({ sessionKey: 'agent:main:garden', title: 'Beds' });
    expect(await call('sessions.get', { sessionKey: 'garden' })).toMatchObject(patched);
    const { hits } = await call('sessions.search', { query: 'rhubarb' });
    expect(hits[0]).toMatchObject({ sessionKey: 'agent:main:garden', role: 'user' });
    expect(await call('sessions.verify', { sessionKey: 'garden' })).toMatchObject({
      whole: true,
      total: { checked: 2, unchained: 0 },
    });
    const nothing = { groups: 0, entries: 0, chars: 0, usage: 0, audit: 0 };
    expect(await call('retention.preview', {})).toEqual(nothing);
    expect(await call('retention.apply', {})).toEqual(nothing);
    expect(await call('sessions.reset', { sessionKey: 'garden' })).toEqual({ ok: true });
    await ask('garden', 'And now?');
    expect(gateway.model.calls.at(-1)?.messages.map(({ text }) => text)).toEqual(['And now?']);
  });

  it('stops a run', async () => {
    await call('chat.send', { sessionKey: 'slow', message: '[[hang]]', idempotencyKey: key() });
    await client.until(({ event, payload }) => event === 'agent' && payload['stream'] === 'text');
    expect(await call('chat.abort', { sessionKey: 'slow' })).toMatchObject({ aborted: true });
  });

  it('asks before a call that needs an approval', async () => {
    const { runId } = await call('chat.send', {
      sessionKey: 'clean',
      message: '[[tool=wipe {"table":"oak"}]]',
      idempotencyKey: key(),
    });
    await client.until(({ payload }) => payload['stream'] === 'approval');
    const { approvals } = await call('exec.approvals.list', {});
    expect(approvals).toMatchObject([{ tool: 'wipe', input: { table: 'oak' }, state: 'pending' }]);
    const approvalId = approvals[0]?.approvalId ?? '';
    expect(await call('agent.wait', { runId, timeoutMs: 0 })).toMatchObject({ status: 'waiting' });
    await call('exec.approvals.resolve', { approvalId, decision: 'approved' });
    const end = await call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(end.text).toContain('oak is clean.');
  });

  it('lets people in and sends to them', async () => {
    telegram.say({ from: 7, text: '/start' });
    await telegram.waitFor(() => telegram.visibleFromBot(7)[0], soon());
    const { pairings } = await call('pairing.list', {});
    expect(pairings).toMatchObject([{ channel: 'telegram', sender: '7', name: 'Ann' }]);
    const { sender } = await call('pairing.approve', { code: pairings[0]?.code ?? '' });
    expect(sender).toBe('7');
    const { channels } = await call('channels.status', {});
    expect(channels).toMatchObject([{ channel: 'telegram', account: 'main', state: 'connected' }]);
    const probed = await call('channels.probe', { channel: 'telegram' });
    expect(probed).toMatchObject({ ok: true, platformId: channels[0]?.platformId });
    expect(await call('channels.directory', { channel: 'telegram', query: 'ann' })).toEqual({
      source: 'seen',
      rows: [{ id: '7', name: 'Ann', kind: 'people' }],
      more: false,
    });
    const { ids } = await call('send', {
      channel: 'telegram',
      to: '7',
      message: 'Fresh bread',
      idempotencyKey: key(),
    });
    expect(ids).toHaveLength(1);
    await telegram.waitFor(
      () => telegram.visibleFromBot(7).find(({ text }) => text === 'Fresh bread'),
      soon(),
    );
  });

  it('lists what could not be delivered', async () => {
    telegram.say({ from: 8, text: 'let me in' });
    await telegram.waitFor(() => telegram.visibleFromBot(8)[0], soon());
    telegram.block(8, 'blocked');
    const to = { channel: 'telegram', to: '8', idempotencyKey: key() } as const;
    const { ids } = await call('send', { ...to, message: 'Are you there?' });
    await gateway.server.settled();
    const { messages } = await call('messages.failed', {});
    expect(messages).toMatchObject([{ id: ids[0], state: 'dead', text: 'Are you there?' }]);
    telegram.block(8, undefined);
    expect(await call('messages.retry', { id: ids[0] ?? '' })).toEqual({ ok: true });
    await telegram.waitFor(
      () => telegram.visibleFromBot(8).find(({ text }) => text === 'Are you there?'),
      soon(),
    );
    expect(await call('messages.discard', { id: ids[0] ?? '' })).toEqual({ ok: false });
  });

  it('tells who answers, and what they are told', async () => {
    const { agents } = await call('agents.list', {});
    expect(agents).toMatchObject([{ agentId: 'main', isDefault: true }]);
    expect(await call('agents.get', { agentId: 'main' })).toMatchObject({ name: 'Cuttle' });
    const { parts } = await call('agents.prompt', { sessionKey: 'main' });
    expect(parts[0]).toMatchObject({ id: 'identity', state: 'whole' });
  });

  it('tells a session what happened, once a key', async () => {
    const event = {
      text: '/stop, says the sign at the door',
      sessionKey: 'porch',
      idempotencyKey: 'ring',
    };
    const rung = await call('wake', event);
    expect(rung.status).toBe('accepted');
    const { runId } = rung;
    expect(await call('wake', event)).toEqual({ runId, status: 'duplicate' });
    const heard = await call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(heard.text).toBe('You said: [event] /stop, says the sign at the door');
    const later = await client.call('wake', { text: 'x', mode: 'next-heartbeat' });
    expect(codeOf(later)).toBe('request.unsupported');
  });

  it('pins standing orders and takes them down', async () => {
    const { pinId } = await call('pins.add', { text: 'Never knead twice.', sessionKey: 'main' });
    const { pins } = await call('pins.list', { sessionKey: 'main' });
    expect(pins).toMatchObject([{ pinId, text: 'Never knead twice.' }]);
    expect(await call('pins.remove', { pinId })).toEqual({ ok: true });
  });

  it('makes, forks, winds back, moves and takes away whole sessions', async () => {
    const { session } = await call('sessions.create', { title: 'Bread' });
    const { sessionKey } = session;
    await ask(sessionKey, 'knead');
    const forked = await call('sessions.fork', { sessionKey, atEntry: 1 });
    const { sessionKey: fork } = forked.session;
    expect(await call('sessions.rewind', { sessionKey: fork, toEntry: 0 })).toMatchObject({
      toEntry: 0,
    });
    const { text } = await call('sessions.export', { sessionKey });
    const { session: moved } = await call('sessions.import', { text });
    expect(moved).toMatchObject({ title: 'Bread', messages: 2 });
    await call('sessions.archive', { sessionKey: moved.sessionKey });
    expect((await call('sessions.unarchive', { sessionKey: moved.sessionKey })).archived).toBe(
      false,
    );
    expect(await call('sessions.delete', { sessionKey: fork, confirm: true })).toEqual({
      ok: true,
    });
  });

  it('joins the accounts of a person', async () => {
    const account = 'telegram:7';
    const person = await call('persons.link', { name: 'Ann', account });
    expect(await call('persons.list', {})).toEqual({ persons: [person] });
    expect(await call('persons.unlink', { account })).toEqual({ ok: true });
    const { path } = await call('sessions.export_user', { identity: account });
    expect(path).toContain('identity=telegram%3A7');
    const purged = await call('sessions.purge_user', { identity: account, confirm: true });
    expect(purged.warnings).toEqual([]);
  });

  it('remembers, searches and forgets', async () => {
    const path = 'memory/bread.md';
    const { hash } = await call('memory.write', { path, text: '# Bread\n\nRye, on Fridays.\n' });
    expect((await call('memory.list', {})).files.map((file) => file.path)).toContain(path);
    expect(await call('memory.get', { path })).toMatchObject({ path, hash, from: 1 });
    expect(await call('memory.reindex', {})).toMatchObject({ mode: 'text', problems: [] });
    expect((await call('memory.search', { query: 'rye' })).hits).toMatchObject([{ path }]);
    expect((await call('memory.status', {})).files).toBeGreaterThan(0);
    expect(await call('memory.remove', { path, baseHash: hash })).toEqual({ ok: true });
  });

  it('was called here, or where it has a server or a run of its own', () => {
    const elsewhere =
      /^(pairing\.(revoke|refuse|allowed)|models\.(pulls?|running|load|unload|remove)|channels\.log(in|out)|subagents\.|workers\.|sessions\.(compact|restore))/;
    const left = methods.map(({ name }) => name).filter((name) => !called.has(name));
    expect(left.filter((name) => !elsewhere.test(name))).toEqual(['connect', 'config.set']);
  });
});

describe('a call that cannot be done', () => {
  it.each<[name: string, params: unknown, code: string]>([
    ['no.such.method', {}, 'method.unknown'],
    ['__proto__', {}, 'method.unknown'],
    ['toString', {}, 'method.unknown'],
    ['chat.send', {}, 'request.invalid'],
    ['chat.send', null, 'request.invalid'],
    ['chat.send', 'text', 'request.invalid'],
    ['chat.send', { sessionKey: 'a', message: ' ', idempotencyKey: 'x' }, 'request.invalid'],
    ['chat.send', { sessionKey: '', message: 'x', idempotencyKey: 'x' }, 'request.invalid'],
    ['chat.history', { sessionKey: 'a', limit: 1e9 }, 'request.invalid'],
    ['chat.abort', {}, 'request.invalid'],
    ['chat.abort', { runId: 'nobody' }, 'run.not-found'],
    ['agent.wait', { runId: 'nobody' }, 'request.not-found'],
    ['messages.fate', { id: 'nobody' }, 'request.not-found'],
    ['sessions.get', { sessionKey: 'nowhere' }, 'session.not-found'],
    ['exec.approvals.resolve', { approvalId: 'x', decision: 'approved' }, 'approval.not-found'],
    ['pairing.approve', { code: 'WRONG-CODE' }, 'request.not-found'],
    ['pairing.revoke', { channel: 'pager', sender: '7' }, 'channel.not-found'],
    ['channels.probe', { channel: 'pager' }, 'channel.not-found'],
    ['channels.directory', { channel: 'pager' }, 'channel.not-found'],
    ['channels.login', { channel: 'telegram' }, 'request.unsupported'],
    ['channels.logout', { channel: 'telegram' }, 'request.unsupported'],
    ['send', { channel: 'pager', to: '1', message: 'x', idempotencyKey: 'x' }, 'channel.not-found'],
    ['events.resume', { cursor: 'nonsense' }, 'cursor.expired'],
    ['events.resume', { cursor: 'a.b.c.d' }, 'cursor.expired'],
  ])('%s %j is %s', async (name, params, code) => {
    const refused = await client.call(name, params);
    expect(codeOf(refused)).toBe(code);
    expect(refused).toMatchObject({ error: { hint: expect.stringMatching(/\w/) } });
  });

  it('refuses a key that was used for another message', async () => {
    const first = { sessionKey: 'keys', message: 'one', idempotencyKey: 'same' };
    const { runId } = await call('chat.send', first);
    expect(await call('chat.send', first)).toEqual({ runId, status: 'duplicate' });
    const other = await client.call('chat.send', { ...first, message: 'two' });
    expect(codeOf(other)).toBe('request.key-reused');
  });
});
