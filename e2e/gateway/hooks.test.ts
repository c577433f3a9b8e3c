import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configSchema } from '@cuttle/config';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type OpenGateway, openGateway } from './open-gateway.ts';

const hooks = { enabled: true, token: 'the-token-of-other-programs', bodyBytes: 10_000 };
const bearer = { authorization: `Bearer ${hooks.token}` };
const Answer = z.strictObject({
  ok: z.literal(true),
  runId: z.string(),
  sessionKey: z.string(),
  status: z.enum(['accepted', 'duplicate']),
});

let gateway: OpenGateway;
beforeAll(async () => {
  gateway = await openGateway({
    config: { hooks },
    adjust: ({ providers }) => void providers['local']?.models?.push({ id: 'gpt-5-mini' }),
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

function post(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = bearer,
  at = gateway,
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return at.fetch(path, { method: 'POST', body: text, headers });
}
async function codeOf(response: Response): Promise<string> {
  const { error } = z
    .object({ error: z.object({ code: z.string() }) })
    .parse(await response.json());
  return `${response.status} ${error.code}`;
}
async function handIn(path: string, body: unknown, headers = {}): Promise<z.infer<typeof Answer>> {
  const response = await post(path, body, { ...bearer, ...headers });
  expect(response.status).toBe(202);
  return Answer.parse(await response.json());
}

describe('/hooks/agent', () => {
  it('hands a message to the agent, whose answer can be read', async () => {
    const { runId, sessionKey, status } = await handIn('/hooks/agent', {
      message: 'The build is green',
      name: 'builder',
    });
    expect(status).toBe('accepted');
    expect(sessionKey).toMatch(/^agent:main:hook:/);
    const ended = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(ended).toMatchObject({ status: 'completed', text: 'You said: The build is green' });
  });

  it('keeps messages of one session together, apart from the owner’s', async () => {
    const { runId, sessionKey } = await handIn('/hooks/agent', {
      message: 'First',
      sessionKey: 'agent:main:main',
    });
    expect(sessionKey).toBe('agent:main:hook:agent:main:main');
    await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    const { entries } = await gateway.server.call('chat.history', { sessionKey });
    expect(entries.length).toBe(2);
  });

  it('takes one key once, and refuses it for something else', async () => {
    const key = { 'idempotency-key': 'build-17' };
    const first = await handIn('/hooks/agent', { message: 'Once' }, key);
    const again = await handIn('/hooks/agent', { message: 'Once' }, key);
    expect(again).toEqual({ ...first, status: 'duplicate' });
    const other = await post('/hooks/agent', { message: 'Another' }, { ...bearer, ...key });
    expect(await codeOf(other)).toBe('422 request.key-reused');
    await gateway.server.call('agent.wait', { runId: first.runId, timeoutMs: 20_000 });
    const asked = gateway.model.calls.filter((call) => JSON.stringify(call).includes('Once'));
    expect(asked.length).toBe(1);
  });

  it('runs no command', async () => {
    const { runId, status } = await handIn('/hooks/agent', { message: '/stop' });
    expect(status).toBe('accepted');
    const ended = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(ended).toMatchObject({ status: 'completed', text: 'You said: /stop' });
  });

  it('asks the model and thinks as it is told, for this run', async () => {
    const wishes = { model: 'local/gpt-5-mini', thinking: 'high' };
    const sessionKey = 'wishes';
    const { runId } = await handIn('/hooks/agent', { message: 'Muse', sessionKey, ...wishes });
    await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    const next = await handIn('/hooks/agent', { message: 'Rest', sessionKey });
    await gateway.server.call('agent.wait', { runId: next.runId, timeoutMs: 20_000 });
    const asked = (words: string) =>
      gateway.model.calls.find(({ messages }) => messages.at(-1)?.text === words)?.request.body;
    expect(asked('Muse')).toMatchObject({ model: 'gpt-5-mini', reasoning_effort: 'high' });
    expect(asked('Rest')).toMatchObject({ model: 'gpt-4.1-mini' });
    expect(asked('Rest')).not.toHaveProperty('reasoning_effort');
  });

  it('asks the model no more after the given time', async () => {
    const message = '[[first=1100]] [[tool=current_time {}]]';
    const { runId } = await handIn('/hooks/agent', { message, timeoutSeconds: 1 });
    const ended = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(ended).toMatchObject({ status: 'failed', outcome: { error: { code: 'run.limit' } } });
  });

  it.each<[what: string, body: unknown, expected: string]>([
    ['no JSON', '{', '400 request.invalid'],
    ['a list', [], '400 request.invalid'],
    ['no message', {}, '400 request.invalid'],
    ['an empty message', { message: ' ' }, '400 request.invalid'],
    ['a key that is unknown', { message: 'x', modle: 'y' }, '400 request.invalid'],
    ['an agent that is unknown', { message: 'x', agentId: 'nobody' }, '400 request.invalid'],
    ['a model that is unknown', { message: 'x', model: 'no/such' }, '404 model.unknown'],
    ['a delivery to nowhere', { message: 'x', deliver: true }, '400 request.invalid'],
    [
      'a channel that is not there',
      { message: 'x', channel: 'telegram', to: '7' },
      '404 channel.not-found',
    ],
    ['the next heartbeat', { message: 'x', wakeMode: 'next-heartbeat' }, '400 request.unsupported'],
    ['too much', { message: 'x'.repeat(10_001) }, '413 request.too-large'],
  ])('refuses %s', async (_what, body, expected) => {
    expect(await codeOf(await post('/hooks/agent', body))).toBe(expected);
  });

  it('refuses a key that is too long', async () => {
    const headers = { ...bearer, 'idempotency-key': 'k'.repeat(301) };
    const response = await post('/hooks/agent', { message: 'x' }, headers);
    expect(await codeOf(response)).toBe('400 request.invalid');
  });
});

describe('/hooks/wake', () => {
  it('tells the main session what happened', async () => {
    const { runId, sessionKey } = await handIn('/hooks/wake', { text: 'The door rang' });
    expect(sessionKey).toBe('agent:main:main');
    const ended = await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(ended).toMatchObject({ status: 'completed', text: 'You said: [event] The door rang' });
  });

  it.each<[what: string, body: unknown, expected: string]>([
    ['no text', {}, '400 request.invalid'],
    ['the next heartbeat', { text: 'x', mode: 'next-heartbeat' }, '400 request.unsupported'],
  ])('refuses %s', async (_what, body, expected) => {
    expect(await codeOf(await post('/hooks/wake', body))).toBe(expected);
  });
});

describe('a hook with a name', () => {
  const secret = 'what-github-knows-too';
  const named = {
    ...hooks,
    mappings: {
      github: {
        signature: { secret },
        when: { action: ['opened', 'reopened'] },
        message: 'PR {{pull.number}}: {{pull.title}}',
        name: '{{headers.x-github-event}}',
        sessionKey: 'pr-{{pull.number}}',
        key: '{{headers.x-github-delivery}}',
      },
      bell: { action: 'wake', message: 'The bell rang at {{query.door}}' },
      form: { message: 'Said: {{words}}', token: 'the-token-of-the-form' },
      gone: { enabled: false, message: 'x' },
    },
  };
  const signed = (body: string, headers: Readonly<Record<string, string>> = {}) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    'x-github-event': 'pull_request',
    ...headers,
  });
  const open = () => openGateway({ config: { hooks: named } });
  const opened = JSON.stringify({ action: 'opened', pull: { number: 7, title: 'Größer /stop' } });

  it('makes its message of what a signed body says, once a delivery, also after a restart', async () => {
    await using at = await open();
    const headers = signed(opened, { 'x-github-delivery': 'd-1' });
    const first = await post('/hooks/github', opened, headers, at);
    expect(first.status).toBe(202);
    const taken = Answer.parse(await first.json());
    expect(taken).toMatchObject({ sessionKey: 'agent:main:hook:pr-7', status: 'accepted' });
    const { runId } = taken;
    const ended = await at.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(ended).toMatchObject({ status: 'completed', text: 'You said: PR 7: Größer /stop' });
    await at.restart();
    const again = await post('/hooks/github', opened, headers, at);
    expect(await again.json()).toEqual({ ...taken, status: 'duplicate' });
    const next = signed(opened, { 'x-github-delivery': 'd-2' });
    expect(
      Answer.parse(await (await post('/hooks/github', opened, next, at)).json()),
    ).toMatchObject({
      sessionKey: taken.sessionKey,
      status: 'accepted',
    });
  });

  it('takes no body that is not signed with its secret, and no token in its place', async () => {
    await using at = await open();
    const forged = { ...signed(`${opened} `), authorization: `Bearer ${hooks.token}` };
    for (const headers of [forged, {}, bearer, { 'x-hub-signature-256': 'sha256=' }])
      expect(
        await codeOf(await post('/hooks/github', opened, { authorization: '', ...headers }, at)),
      ).toBe('401 access.unauthenticated');
  });

  it('leaves what is not wanted, and refuses what says nothing', async () => {
    await using at = await open();
    const closed = JSON.stringify({ action: 'closed', pull: { number: 7 } });
    const left = await post('/hooks/github', closed, signed(closed), at);
    expect([left.status, await left.json()]).toEqual([200, { ok: true, status: 'ignored' }]);
    const empty = await post(
      '/hooks/form',
      '{}',
      { authorization: 'Bearer the-token-of-the-form' },
      at,
    );
    expect(empty.status).toBe(202);
    const notJson = await post('/hooks/bell', 'words=x', bearer, at);
    expect(await codeOf(notJson)).toBe('400 request.invalid');
    for (const name of ['gone', 'nobody', 'constructor', '__proto__'])
      expect(await codeOf(await post(`/hooks/${name}`, {}, bearer, at))).toBe(
        '404 request.not-found',
      );
    const { sessions } = await at.server.call('sessions.list', {});
    expect(sessions).toHaveLength(1);
  });

  it('reads forms and the query, and has a token of its own', async () => {
    await using at = await open();
    const form = {
      authorization: 'Bearer the-token-of-the-form',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const said = await post('/hooks/form', 'words=two+words', form, at);
    const { runId } = Answer.parse(await said.json());
    const ended = await at.server.call('agent.wait', { runId, timeoutMs: 20_000 });
    expect(ended.text).toBe('You said: Said: two words');
    expect((await post('/hooks/form', 'words=x', { ...form, ...bearer }, at)).status).toBe(401);
    const rung = await post('/hooks/bell?door=front', {}, bearer, at);
    const bell = Answer.parse(await rung.json());
    expect(bell.sessionKey).toBe('agent:main:main');
    const heard = await at.server.call('agent.wait', { runId: bell.runId, timeoutMs: 20_000 });
    expect(heard.text).toBe('You said: [event] The bell rang at front');
    const large = 'words=' + 'x'.repeat(20_000);
    expect((await post('/hooks/form', large, form, at)).status).toBe(413);
  });
});

describe.each(['/hooks/agent', '/hooks/wake'])('the token at %s', (path) => {
  it.each<[what: string, authorization: string]>([
    ['none', ''],
    ['a wrong one', 'Bearer wrong'],
    ['half of it', `Bearer ${hooks.token.slice(0, 10)}`],
  ])('is asked for: %s', async (_what, authorization) => {
    const response = await post(path, { message: 'x', text: 'x' }, { authorization });
    expect(await codeOf(response)).toBe('401 access.unauthenticated');
  });

  it('is not the gateway’s, and opens nothing else', async () => {
    const owners = await post(path, {}, { authorization: `Bearer ${gateway.token}` });
    expect(owners.status).toBe(401);
    expect((await post('/api/status', {})).status).toBe(401);
  });

  it('opens nothing where hooks are not set up', async () => {
    await using closed = await openGateway();
    const response = await post(path, { message: 'x', text: 'x' }, bearer, closed);
    expect(await codeOf(response)).toBe('404 request.not-found');
  });
});

it('counts wrong tokens, and ends the guessing', async () => {
  await using guessed = await openGateway({ config: { hooks } });
  const guess = () => post('/hooks/wake', { text: 'x' }, { authorization: 'Bearer no' }, guessed);
  for (let count = 0; count < 20; count += 1)
    expect(await codeOf(await guess())).toBe('401 access.unauthenticated');
  expect(await codeOf(await guess())).toBe('429 access.locked-out');
  // On this machine the right one still counts.
  expect((await post('/hooks/wake', { text: 'x' }, bearer, guessed)).status).toBe(202);
});

it('limits the requests of an address', async () => {
  await using few = await openGateway({ config: { hooks: { ...hooks, requestsPerMinute: 2 } } });
  for (const text of ['one', 'two'])
    expect((await post('/hooks/wake', { text }, bearer, few)).status).toBe(202);
  const third = await post('/hooks/wake', { text: 'three' }, bearer, few);
  expect(third.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await codeOf(third)).toBe('429 request.rate-limited');
});

it('delivers the answer to a chat', async () => {
  await using telegram = await openTelegramServer({ longPollCapMs: 500 });
  telegram.user({ id: 7, firstName: 'Ann' });
  const main = { token: telegram.token, apiRoot: telegram.url, dmPolicy: 'open' };
  await using hooked = await openGateway({ config: { hooks, channels: { telegram: { main } } } });
  telegram.say({ from: 7, text: 'Hi' });
  const says = (text: string) =>
    telegram.waitFor(
      () => telegram.visibleFromBot(7).find((message) => message.text === text),
      AbortSignal.timeout(20_000),
    );
  await says('You said: Hi');
  const sent = { message: 'The build is red', channel: 'telegram:main', to: '7' };
  const response = await post('/hooks/agent', sent, bearer, hooked);
  expect(response.status).toBe(202);
  expect((await says('You said: The build is red')).text).toContain('red');
});

it('taints the run, so that what reaches out waits for an approval', async () => {
  const client = await gateway.connect();
  await client.call('events.subscribe', { all: true });
  const message = '[[tool=web_fetch {"url":"http://127.0.0.1:1/"}]]';
  const { runId } = await handIn('/hooks/agent', { message });
  await client.until(({ payload }) => payload['stream'] === 'approval');
  const { approvals } = await gateway.server.call('exec.approvals.list', {});
  expect(approvals).toMatchObject([{ tool: 'web_fetch', state: 'pending' }]);
  const waiting = await gateway.server.call('agent.wait', { runId, timeoutMs: 0 });
  expect(waiting.status).toBe('waiting');
  // The owner's own words are trusted with the same.
  const said = { sessionKey: 'own', message, idempotencyKey: 'own' };
  const own = await gateway.server.call('chat.send', said);
  const ended = await gateway.server.call('agent.wait', { runId: own.runId, timeoutMs: 20_000 });
  expect(ended.status).toBe('completed');
});

it('taints the session, so that what a hook said cannot act through the owner afterwards', async () => {
  const client = await gateway.connect();
  await client.call('events.subscribe', { all: true });
  const { runId } = await handIn('/hooks/wake', { text: 'Tell the model to fetch something' });
  await gateway.server.call('agent.wait', { runId, timeoutMs: 20_000 });
  const message = '[[tool=web_fetch {"url":"http://127.0.0.1:1/"}]]';
  const say = (idempotencyKey: string, text: string) =>
    gateway.server.call('chat.send', { sessionKey: 'main', message: text, idempotencyKey });
  await say('after a hook', message);
  await client.until(({ payload }) => payload['stream'] === 'approval');
  await say('a new conversation', '/new');
  const fresh = await say('after /new', message);
  const ended = await gateway.server.call('agent.wait', { ...fresh, timeoutMs: 20_000 });
  expect(ended.status).toBe('completed');
});

it('is not set up without a token', () => {
  const parsed = configSchema.safeParse({ hooks: { enabled: true } });
  expect(parsed.error?.issues).toMatchObject([{ path: ['hooks', 'token'] }]);
});

it('takes the command of the page', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8');
  const [, command = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? [];
  const line = command.replace('http://127.0.0.1:18800/', gateway.url.replace(/\/*$/, '/'));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const env = { PATH: process.env['PATH'], CUTTLE_HOOKS_TOKEN: hooks.token };
  execFile('sh', ['-c', line], { env }, (error, said) => (error ? reject(error) : resolve(said)));
  const answer = Answer.parse(JSON.parse(await promise));
  expect(answer.sessionKey).toBe('agent:main:hook:build-4711');
});
