import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '@cuttle/core-types';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openSlackServer, type SlackServer } from './slack-server.ts';
import { readSlackText } from './visible-text.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);

async function call(
  slack: SlackServer,
  method: string,
  args: object,
  token = slack.botToken,
): Promise<{ status: number; headers: Headers; body: Record<string, Json> }> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(args),
  });
  const body = (await response.json()) as Record<string, Json>; // as the Web API answers
  return { status: response.status, headers: response.headers, body };
}

/** A field that is text. */
function textOf(body: Readonly<Record<string, Json>>, key: string): string {
  const value = body[key];
  if (typeof value !== 'string') throw new TypeError(`${key} is no text`);
  return value;
}

async function openPlace(options: Parameters<typeof openSlackServer>[0] = {}) {
  const slack = await openSlackServer(options);
  const ann = slack.user({ name: 'ann' });
  return { slack, ann, dm: slack.direct(ann) };
}

const button = (text: string, more: object = {}): object => ({
  type: 'button',
  text: { type: 'plain_text', text },
  ...more,
});

const many = (count: number, one: object): object[] => Array.from({ length: count }, () => one);

describe('a message', () => {
  const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const refused: readonly (readonly [string, object, string])[] = [
    ['without words', { text: ' ' }, 'no_text'],
    ['of too many words', { text: 'x'.repeat(40_001) }, 'msg_too_long'],
    ['with a block of too many words', { blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
    ['with too many blocks', { blocks: many(51, { type: 'divider' }) }, 'invalid_blocks'],
    ['with a kind of block there is not', { blocks: [{ type: 'poem' }] }, 'invalid_blocks'],
    [
      'with a label that is too long',
      { blocks: [{ type: 'actions', elements: [button('x'.repeat(76))] }] },
      'invalid_blocks',
    ],
    [
      'with too many buttons in a row',
      { blocks: [{ type: 'actions', elements: many(26, button('x')) }] },
      'invalid_blocks',
    ],
    [
      'with two buttons of one name',
      {
        blocks: [
          { type: 'actions', elements: ['a', 'b'].map((x) => button(x, { action_id: 'one' })) },
        ],
      },
      'invalid_blocks',
    ],
    ['with marks of its own that are none', { text: 'x', metadata: {} }, 'invalid_metadata_format'],
    ['in a thread that is no time', { text: 'x', thread_ts: 'soon' }, 'invalid_arguments'],
  ];
  it.each(refused)('%s is refused', async (_title, content, error) => {
    const { slack, dm } = await openPlace();
    await using _ = slack;
    const { status, body } = await call(slack, 'chat.postMessage', { channel: dm, ...content });
    expect([status, body['ok'], body['error']]).toEqual([200, false, error]);
    expect(slack.visible(dm)).toEqual([]);
  });

  it('goes nowhere the app is not', async () => {
    const { slack, ann, dm } = await openPlace();
    await using _ = slack;
    const apart = slack.channel({ name: 'apart', members: [ann], withBot: false });
    const hidden = slack.channel({ name: 'hidden', kind: 'private', withBot: false });
    const old = slack.channel({ name: 'old' });
    slack.archive(old);
    slack.block(dm, 'restricted_action');
    const errors = await Promise.all(
      [apart, hidden, old, dm, 'nowhere'].map(
        async (channel) =>
          (await call(slack, 'chat.postMessage', { channel, text: 'x' })).body['error'],
      ),
    );
    expect(errors).toEqual([
      'not_in_channel',
      'channel_not_found',
      'is_archived',
      'restricted_action',
      'channel_not_found',
    ]);
  });

  it('is written to a person by their id, keeps its blocks where an edit names none, and holds 4,000 characters then', async () => {
    const { slack, ann, dm } = await openPlace();
    await using _ = slack;
    const blocks = [section('*Hi*'), { type: 'actions', elements: [button('Go')] }];
    const { body } = await call(slack, 'chat.postMessage', { channel: ann, text: 'Hi', blocks });
    const ts = textOf(body, 'ts');
    await call(slack, 'chat.update', { channel: dm, ts, text: 'Ho' });
    expect(slack.visible(dm)).toMatchObject([{ text: 'Ho', shown: 'Hi' }]);
    await call(slack, 'chat.update', { channel: dm, ts, text: '_Ho_', blocks: [] });
    expect(slack.visible(dm)).toMatchObject([{ shown: 'Ho' }]);
    const long = await call(slack, 'chat.update', { channel: dm, ts, text: 'x'.repeat(4001) });
    expect(long.body['error']).toBe('msg_too_long');
    expect(() => slack.press({ from: ann, channel: dm, ts, button: 'Go' })).toThrow('No button');
  });

  it('that only one person sees is in no history and cannot be changed', async () => {
    const { slack, ann } = await openPlace();
    await using _ = slack;
    const general = slack.channel({ name: 'general', members: [ann] });
    const said = { channel: general, user: ann, text: 'psst' };
    const { body } = await call(slack, 'chat.postEphemeral', said);
    const ts = textOf(body, 'message_ts');
    const history = await call(slack, 'conversations.history', { channel: general });
    expect(history.body['messages']).toEqual([]);
    const edit = await call(slack, 'chat.update', { channel: general, ts, text: 'loud' });
    expect(edit.body['error']).toBe('message_not_found');
    expect(slack.visible(general)).toMatchObject([{ shown: 'psst', onlyFor: ann }]);
  });
});

describe('history', () => {
  it('is cut into pages, begins behind a time, and tells of marks only whom asks', async () => {
    const { slack, ann } = await openPlace();
    await using _ = slack;
    const general = slack.channel({ name: 'general', members: [ann] });
    const metadata = { event_type: 'a', event_payload: { key: '1' } };
    for (const text of ['one', 'two', 'three'])
      await call(slack, 'chat.postMessage', { channel: general, text, metadata });
    const [first] = slack.visible(general);
    const oldest = first?.ts;
    const page = await call(slack, 'conversations.history', { channel: general, limit: 2 });
    expect(page.body).toMatchObject({
      messages: [{ text: 'three' }, { text: 'two' }],
      has_more: true,
    });
    expect(JSON.stringify(page.body)).not.toContain('"metadata"');
    const rest = await call(slack, 'conversations.history', {
      channel: general,
      oldest,
      include_all_metadata: true,
    });
    expect(rest.body['messages']).toMatchObject([
      { text: 'three', metadata },
      { text: 'two', metadata },
    ]);
  });
});

describe('access', () => {
  it('needs the right token and the right scope', async () => {
    const { slack, dm } = await openPlace({ scopes: ['connections:write'] });
    await using _ = slack;
    const post = { channel: dm, text: 'x' };
    const errors = [
      await call(slack, 'chat.postMessage', post, 'xoxb-else'),
      await call(slack, 'chat.postMessage', post, slack.appToken),
      await call(slack, 'apps.connections.open', {}, slack.botToken),
      await call(slack, 'chat.postMessage', post),
      await call(slack, 'chat.everything', {}),
    ].map(({ body }) => body['error']);
    expect(errors).toEqual([
      'invalid_auth',
      'not_allowed_token_type',
      'not_allowed_token_type',
      'missing_scope',
      'unknown_method',
    ]);
    slack.revokeTokens();
    expect((await call(slack, 'auth.test', {})).body['error']).toBe('invalid_auth');
  });

  it('is counted by tier, and says how long to wait', async () => {
    let now = 1_800_000_000_000;
    const { slack, dm } = await openPlace({ limits: { postBurst: 2 }, now: () => now });
    await using _ = slack;
    const post = { channel: dm, text: 'x' };
    await call(slack, 'chat.postMessage', post);
    await call(slack, 'chat.postMessage', post);
    const refused = await call(slack, 'chat.postMessage', post);
    expect(refused).toMatchObject({ status: 429, body: { ok: false, error: 'ratelimited' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    now += 1000;
    expect((await call(slack, 'chat.postMessage', post)).body['ok']).toBe(true);
  });
});

describe('faults', () => {
  it('strike before or after the effect', async () => {
    const { slack, dm } = await openPlace();
    await using _ = slack;
    const post = { channel: dm, text: 'x' };
    using before = slack.fail({ method: 'chat.postMessage', act: 'cut' });
    await expect(call(slack, 'chat.postMessage', post)).rejects.toThrow(/./);
    expect(slack.visible(dm)).toEqual([]);
    slack.fail({ method: 'chat.postMessage', when: 'after', act: 'cut' });
    await expect(call(slack, 'chat.postMessage', post)).rejects.toThrow(/./);
    expect(slack.visible(dm)).toHaveLength(1);
    slack.fail({ act: { error: 'ratelimited', retryAfter: 7 } });
    const limited = await call(slack, 'chat.postMessage', post);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(before.struck).toBe(1);
    expect(slack.calls('chat.postMessage').map(({ state }) => state)).toEqual([
      'cut',
      'cut',
      'answered',
    ]);
  });
});

interface Envelope {
  readonly type: string;
  readonly envelope_id: string;
  readonly reason?: string;
  readonly retry_attempt?: number;
  readonly payload: { readonly event: { readonly text: string } };
}

async function connect(slack: SlackServer) {
  const { body } = await call(slack, 'apps.connections.open', {}, slack.appToken);
  const url = textOf(body, 'url');
  const socket = new WebSocket(url);
  const frames: Envelope[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data) => {
    if (data instanceof Buffer) frames.push(JSON.parse(data.toString()));
    for (const wake of waiting.splice(0)) wake();
  });
  const frame = async (index: number): Promise<Envelope> => {
    for (;;) {
      const found = frames[index];
      if (found) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { url, socket, frame };
}

describe('Socket Mode', () => {
  it('greets, holds what came before, and gives to another connection what was not acknowledged', async () => {
    const { slack, ann } = await openPlace();
    await using _ = slack;
    const { delivery } = slack.say({ from: ann, text: 'early' });
    const first = await connect(slack);
    expect(await first.frame(0)).toMatchObject({ type: 'hello', num_connections: 1 });
    expect(await first.frame(1)).toMatchObject({ type: 'events_api', retry_attempt: 0 });
    first.socket.terminate();
    await slack.waitFor(() => slack.socket.connections === 0, soon());
    const second = await connect(slack);
    const again = await second.frame(1);
    expect(again).toMatchObject({ retry_attempt: 1, payload: { event: { text: 'early' } } });
    second.socket.send(JSON.stringify({ envelope_id: again.envelope_id }));
    await slack.waitFor(() => delivery && slack.isTaken(delivery), soon());
    slack.socket.refresh();
    expect(await second.frame(2)).toMatchObject({
      type: 'disconnect',
      reason: 'refresh_requested',
    });
    second.socket.terminate();
  });

  it('tells again what nobody acknowledged in time, and gives up at last', async () => {
    const { slack, ann } = await openPlace({ answerWithinMs: 5, retryMs: [1], maxRetries: 2 });
    await using _ = slack;
    const { socket } = await connect(slack);
    const { delivery } = slack.say({ from: ann, text: 'deaf' });
    await slack.waitFor(
      () => slack.deliveries.find(({ seq }) => seq === delivery?.seq)?.state === 'given-up',
      soon(),
    );
    expect(slack.attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
    socket.terminate();
  });

  it('opens an address once', async () => {
    const { slack } = await openPlace();
    await using _ = slack;
    const { url, socket, frame } = await connect(slack);
    await frame(0);
    const again = new WebSocket(url);
    const failed = await new Promise<Error>((resolve) => again.once('error', resolve));
    expect(failed.message).toContain('404');
    socket.terminate();
  });
});

/** An app that answers as it is told, and keeps what it was sent. */
async function openApp(answer: (body: string, number: number) => { status: number; text: string }) {
  const requests: { headers: Readonly<Record<string, unknown>>; body: string }[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding was set
    const body = Buffer.concat(chunks).toString();
    requests.push({ headers: request.headers, body });
    const { status, text } = answer(body, requests.length);
    response.writeHead(status).end(text);
  };
  const http = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

const challengeOf = (body: string): string => /"challenge":"([^"]+)"/.exec(body)?.[1] ?? '';

describe('events by HTTP', () => {
  it('begin with a handshake, are signed, and come again with their number until they are taken', async () => {
    const { slack, ann } = await openPlace({ retryMs: [1] });
    await using _ = slack;
    await using app = await openApp((body, number) => ({
      status: number === 2 ? 500 : 200,
      text: challengeOf(body),
    }));
    await slack.setRequestUrl(app.url);
    const { delivery } = slack.say({ from: ann, text: 'hello' });
    await slack.waitFor(() => delivery && slack.isTaken(delivery), soon());
    const [, first, second] = app.requests;
    expect(first?.headers['x-slack-retry-num']).toBeUndefined();
    expect(second?.headers).toMatchObject({
      'x-slack-retry-num': '1',
      'x-slack-retry-reason': 'http_error',
    });
    const seconds = Number(second?.headers['x-slack-request-timestamp']);
    expect(second?.headers['x-slack-signature']).toBe(
      slack.sign(second?.body ?? '', seconds)['x-slack-signature'],
    );
  });

  it('are not sent to an address that fails the handshake', async () => {
    const { slack } = await openPlace();
    await using _ = slack;
    await using app = await openApp(() => ({ status: 200, text: 'what?' }));
    await expect(slack.setRequestUrl(app.url)).rejects.toThrow('challenge');
  });

  it('bring presses and commands as forms, once', async () => {
    const { slack, ann, dm } = await openPlace({ retryMs: [1] });
    await using _ = slack;
    const blocks = [{ type: 'actions', elements: [button('Go', { value: 'go' })] }];
    await call(slack, 'chat.postMessage', { channel: dm, blocks, text: 'Go?' });
    await using app = await openApp((body) => ({ status: 200, text: challengeOf(body) }));
    await slack.setRequestUrl(app.url);
    const ts = slack.visible(dm)[0]?.ts ?? '';
    const { delivery } = slack.press({ from: ann, channel: dm, ts, button: 'Go' });
    const command = slack.command({ from: ann, command: '/do', text: 'a b' });
    await slack.waitFor(
      () => slack.isTaken(command) && delivery && slack.isTaken(delivery),
      soon(),
    );
    const forms = app.requests.slice(-2).map(({ body }) => new URLSearchParams(body));
    const press = forms.find((form) => form.has('payload'))?.get('payload') ?? '';
    expect(JSON.parse(press)).toMatchObject({ actions: [{ value: 'go' }] });
    expect(forms.find((form) => form.has('command'))?.get('text')).toBe('a b');
  });
});

describe('people', () => {
  it('are told of by what the app subscribed to, and only where it is', async () => {
    const { slack, ann } = await openPlace({ subscriptions: ['app_mention', 'reaction_added'] });
    await using _ = slack;
    const general = slack.channel({ name: 'general', members: [ann] });
    expect(slack.say({ from: ann, channel: general, text: 'hi' }).delivery).toBeUndefined();
    const said = slack.say({ from: ann, channel: general, text: 'you?', mention: true });
    expect(said.delivery?.payload).toMatchObject({ event: { type: 'app_mention' } });
    const { ts } = said;
    const reacted = slack.react({ from: ann, channel: general, ts, name: 'eyes' });
    expect(reacted?.payload).toMatchObject({ event: { type: 'reaction_added', reaction: 'eyes' } });
    slack.deleteMessage({ channel: general, ts });
    expect(() => slack.editMessage({ channel: general, ts, text: 'x' })).toThrow('no message');
  });

  it('of an organisation have its ids', async () => {
    const { slack, ann } = await openPlace({
      team: { enterpriseId: 'E0TEST00001', isOrgInstall: true },
    });
    await using _ = slack;
    const { delivery } = slack.say({ from: ann, text: 'hi' });
    expect(delivery?.payload).toMatchObject({
      enterprise_id: 'E0TEST00001',
      authorizations: [
        { enterprise_id: 'E0TEST00001', team_id: null, is_enterprise_install: true },
      ],
    });
    expect((await call(slack, 'auth.test', {})).body).toMatchObject({
      team_id: 'E0TEST00001',
      is_enterprise_install: true,
    });
  });

  it('fill in dialogs', async () => {
    const { slack, ann } = await openPlace();
    await using _ = slack;
    const { payload } = slack.command({ from: ann, command: '/ask' });
    const { trigger_id: trigger } = payload as { trigger_id: string }; // as commands come
    const title = { type: 'plain_text', text: 'Ask' };
    const view = { type: 'modal', title, blocks: [{ type: 'divider' }] };
    expect((await call(slack, 'views.open', { trigger_id: trigger, view })).body['ok']).toBe(true);
    expect((await call(slack, 'views.open', { trigger_id: 'x', view })).body['error']).toBe(
      'invalid_trigger_id',
    );
    expect(slack.submitView({ from: ann, values: { a: 1 } }).payload).toMatchObject({
      type: 'view_submission',
      view: { state: { values: { a: 1 } } },
    });
  });
});

it.each([
  ['*bold* _it_ ~gone~ `a *b*`', 'bold it gone a *b*'],
  ['<https://a.example|words> &lt;tag&gt; &amp;', 'words <tag> &'],
  ['```\n1 &lt; 2\n```', '1 < 2'],
  ['> quoted\n*\u200Anot\u200A*', 'quoted\n*\u200Anot\u200A*'],
])('reads %j', (body, words) => {
  expect(readSlackText(body)).toBe(words);
});
