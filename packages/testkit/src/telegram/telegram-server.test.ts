import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  openTelegramServer,
  type TelegramServer,
  type TelegramServerOptions,
} from './telegram-server.ts';
import { findFault } from './validate.ts';
import type { WireUpdate } from './wire.ts';

const ann = 1001;
const ben = 1002;
const group = -1_001_234;

async function open(options: TelegramServerOptions = {}): Promise<TelegramServer> {
  const server = await openTelegramServer(options);
  server.user({ id: ann, firstName: 'Ann', username: 'ann' });
  server.user({ id: ben, firstName: 'Ben' });
  server.group({ id: group, members: [ann, ben] });
  return server;
}

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  // Tests look at single fields of many shapes.
  readonly result: Record<string, unknown>;
  readonly description?: string;
  readonly parameters?: unknown;
}

async function call(server: TelegramServer, method: string, params: object = {}): Promise<Answer> {
  const response = await fetch(`${server.url}/bot${server.token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  // The server's answers have this shape.
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

async function poll(server: TelegramServer, params: object = {}): Promise<readonly WireUpdate[]> {
  const { result } = await call(server, 'getUpdates', params);
  // A list for this method.
  return result as unknown as readonly WireUpdate[];
}

/** A call whose caller may go away. */
function leave(server: TelegramServer, path: string, signal: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/bot${server.token}/${path}`, { signal });
}

async function refusal(server: TelegramServer, method: string, params: object): Promise<string> {
  const answer = await call(server, method, params);
  return `${answer.status} ${answer.description}`;
}

function callbackId(update: WireUpdate | undefined): string {
  const query = update?.['callback_query'];
  return typeof query === 'object' && query !== null && 'id' in query ? String(query.id) : '';
}

const soon = (): AbortSignal => AbortSignal.timeout(5000);

describe('requests', () => {
  it('are read from JSON, forms, multipart and the query alike', async () => {
    await using server = await open();
    const at = `${server.url}/bot${server.token}/sendMessage`;
    const form = new FormData();
    form.set('chat_id', String(ann));
    form.set('text', 'multipart');
    await call(server, 'sendMessage', { chat_id: ann, text: 'json' });
    await fetch(at, {
      method: 'POST',
      body: new URLSearchParams({ chat_id: String(ann), text: 'form' }),
    });
    await fetch(at, { method: 'POST', body: form });
    await fetch(`${at}?chat_id=${ann}&text=query`);
    await fetch(`${server.url}/bot${server.token}/SENDMESSAGE?chat_id=${ann}&text=case`);
    expect(server.visible(ann).map(({ text }) => text)).toEqual([
      'json',
      'form',
      'multipart',
      'query',
      'case',
    ]);
  });

  it('are refused in the words of the real server', async () => {
    await using server = await open();
    const cases: readonly (readonly [string, object, string])[] = [
      ['noSuchMethod', {}, '404 Not Found'],
      ['sendMessage', { chat_id: ann }, '400 Bad Request: message text is empty'],
      ['sendMessage', { chat_id: ann, text: '' }, '400 Bad Request: message text is empty'],
      ['sendMessage', { chat_id: ann, text: ' \n\t ' }, '400 Bad Request: message text is empty'],
      ['sendMessage', { text: 'x' }, '400 Bad Request: chat_id is empty'],
      ['sendMessage', { chat_id: 77, text: 'x' }, '400 Bad Request: chat not found'],
      [
        'sendMessage',
        { chat_id: ann, text: 'a'.repeat(4097) },
        '400 Bad Request: message is too long',
      ],
      [
        'sendMessage',
        { chat_id: ann, text: { a: 1 } },
        '400 Bad Request: field "text" must be of type String',
      ],
      [
        'sendMessage',
        { chat_id: ann, text: 'x', parse_mode: 'Nope' },
        '400 Bad Request: unsupported parse_mode',
      ],
      [
        'sendMessage',
        { chat_id: ann, text: '\ud800' },
        '400 Bad Request: strings must be encoded in UTF-8',
      ],
      [
        'sendMessage',
        { chat_id: ann, text: 'x', entities: [{ offset: 0 }] },
        '400 Bad Request: can\'t parse entities: can\'t find field "type"',
      ],
      [
        'sendMessage',
        { chat_id: ann, text: 'x', entities: '{' },
        "400 Bad Request: can't parse entities JSON object",
      ],
      [
        'sendMessage',
        { chat_id: ann, text: 'x', reply_parameters: { message_id: 9 } },
        '400 Bad Request: message to be replied not found',
      ],
      [
        'sendMessage',
        { chat_id: ann, text: '<b>x', parse_mode: 'HTML' },
        '400 Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
      ],
      [
        'editMessageText',
        { chat_id: ann, message_id: 9, text: 'x' },
        '400 Bad Request: message to edit not found',
      ],
      ['editMessageText', { text: 'x' }, '400 Bad Request: message identifier is not specified'],
      [
        'deleteMessage',
        { chat_id: ann, message_id: 9 },
        '400 Bad Request: message to delete not found',
      ],
      [
        'sendChatAction',
        { chat_id: ann, action: 'dance' },
        '400 Bad Request: wrong parameter action in request',
      ],
      [
        'setMyCommands',
        { commands: [{ command: 'UP', description: 'x' }] },
        '400 Bad Request: BOT_COMMAND_INVALID',
      ],
      [
        'answerCallbackQuery',
        { callback_query_id: '1' },
        '400 Bad Request: query is too old and response timeout expired or query ID is invalid',
      ],
      ['sendPhoto', { chat_id: ann }, '400 Bad Request: there is no photo in the request'],
      [
        'sendMessage',
        { chat_id: group, text: 'x', message_thread_id: 5 },
        '400 Bad Request: message thread not found',
      ],
      [
        'setWebhook',
        { url: 'http://127.0.0.1:1/', secret_token: 'a b' },
        '400 Bad Request: secret token contains unallowed characters',
      ],
    ];
    for (const [method, params, expected] of cases)
      expect([method, await refusal(server, method, params)]).toEqual([method, expected]);
    expect(server.visible(ann)).toEqual([]);
    expect(server.ledger.every(({ processed }) => !processed)).toBe(true);
  });

  it('need the token', async () => {
    await using server = await open();
    const wrong = await fetch(`${server.url}/bot1:wrong/getMe`);
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      { ok: false, error_code: 401, description: 'Unauthorized' },
    ]);
    server.revokeToken();
    expect(await refusal(server, 'getMe', {})).toBe('401 Unauthorized');
  });
});

describe('messages', () => {
  it('are kept as text and entities, and answered as the specification says', async () => {
    await using server = await open();
    const { result } = await call(server, 'sendMessage', {
      chat_id: ann,
      text: ' <b>bold</b> &amp; <a href="https://a.example/x">link</a> ',
      parse_mode: 'HTML',
    });
    expect(findFault(result, 'Message')).toBeUndefined();
    expect(server.visible(ann)).toMatchObject([
      {
        text: 'bold & link',
        from: { id: server.bot.id },
        entities: [
          { type: 'bold', offset: 0, length: 4 },
          { type: 'text_link', offset: 7, length: 4, url: 'https://a.example/x' },
        ],
      },
    ]);
  });

  it('may be as long as the limit after parsing, not before', async () => {
    await using server = await open();
    const text = `${'<b>x</b>'.repeat(10)}${'y'.repeat(4086)}`;
    expect((await call(server, 'sendMessage', { chat_id: ann, text, parse_mode: 'HTML' })).ok).toBe(
      true,
    );
    expect(server.visible(ann)[0]?.text.length).toBe(4096);
  });

  it('are edited and deleted, with what stood before in their history', async () => {
    await using server = await open();
    const { result } = await call(server, 'sendMessage', { chat_id: ann, text: 'one' });
    const at = { chat_id: ann, message_id: result['message_id'] };
    expect((await call(server, 'editMessageText', { ...at, text: 'two' })).ok).toBe(true);
    expect(await refusal(server, 'editMessageText', { ...at, text: 'two' })).toBe(
      '400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
    expect(server.visible(ann)).toMatchObject([
      { text: 'two', editCount: 1, history: [{ text: 'one' }] },
    ]);
    expect((await call(server, 'deleteMessage', at)).ok).toBe(true);
    expect(server.visible(ann)).toEqual([]);
    expect(await refusal(server, 'editMessageText', { ...at, text: 'x' })).toBe(
      '400 Bad Request: message to edit not found',
    );
    const theirs = server.say({ from: ann, text: 'mine' });
    expect(
      await refusal(server, 'editMessageText', {
        chat_id: ann,
        message_id: theirs.messageId,
        text: 'x',
      }),
    ).toBe("400 Bad Request: message can't be edited");
  });

  it('do not reach who cannot be written to', async () => {
    await using server = await open();
    server.user({ id: 5, started: false });
    server.block(ann, 'blocked');
    server.block(group, 'kicked');
    expect(await refusal(server, 'sendMessage', { chat_id: ann, text: 'x' })).toBe(
      '403 Forbidden: bot was blocked by the user',
    );
    expect(await refusal(server, 'sendMessage', { chat_id: 5, text: 'x' })).toBe(
      "403 Forbidden: bot can't initiate conversation with a user",
    );
    expect(await refusal(server, 'sendMessage', { chat_id: group, text: 'x' })).toBe(
      '403 Forbidden: bot was kicked from the supergroup chat',
    );
    server.say({ from: 5, text: 'hi' });
    expect((await call(server, 'sendMessage', { chat_id: 5, text: 'x' })).ok).toBe(true);
  });

  it('carry files, which can be fetched back', async () => {
    await using server = await open();
    const form = new FormData();
    form.set('chat_id', String(ann));
    form.set('caption', 'a file');
    form.set('document', new Blob(['hello bytes'], { type: 'text/plain' }), 'hello.txt');
    const sent = await fetch(`${server.url}/bot${server.token}/sendDocument`, {
      method: 'POST',
      body: form,
    });
    expect(sent.status).toBe(200);
    const document = server.visible(ann)[0]?.media?.document;
    expect(document).toMatchObject({
      file_name: 'hello.txt',
      mime_type: 'text/plain',
      file_size: 11,
    });
    const { result } = await call(server, 'getFile', { file_id: document?.file_id });
    const bytes = await fetch(
      `${server.url}/file/bot${server.token}/${String(result['file_path'])}`,
    );
    expect(await bytes.text()).toBe('hello bytes');
  });

  it('show drafts in private chats only, and keep none', async () => {
    await using server = await open();
    await call(server, 'sendMessageDraft', { chat_id: ann, draft_id: 7, text: '' });
    await call(server, 'sendMessageDraft', { chat_id: ann, draft_id: 7, text: 'thin' });
    expect(server.drafts(ann).map(({ text }) => text)).toEqual(['', 'thin']);
    expect(server.visible(ann)).toEqual([]);
    expect(server.visibleDrafts(ann)).toMatchObject([{ draftId: 7, text: 'thin' }]);
    for (const refused of [
      { chat_id: group, draft_id: 7, text: 'x' },
      { chat_id: ann, draft_id: 0, text: 'x' },
      { chat_id: ann, draft_id: 7, text: 'x'.repeat(4097) },
    ])
      expect((await call(server, 'sendMessageDraft', refused)).status).toBe(400);
    await call(server, 'sendMessage', { chat_id: ann, text: 'thin no more' });
    expect(server.visibleDrafts(ann)).toEqual([]);
  });

  it('lose a draft after thirty seconds', async () => {
    let now = Date.UTC(2026, 0, 1);
    await using server = await open({ now: () => now });
    await call(server, 'sendMessageDraft', { chat_id: ann, draft_id: 7, text: 'thin' });
    now += 29_999;
    expect(server.visibleDrafts(ann)).toHaveLength(1);
    now += 1;
    expect(server.visibleDrafts(ann)).toEqual([]);
  });
});

describe('getUpdates', () => {
  it('waits for the next update and hands it over until its offset is confirmed', async () => {
    await using server = await open();
    const waiting = poll(server, { timeout: 30 });
    await server.waitFor(() => server.waitingPolls === 1, soon());
    const said = server.say({ from: ann, text: 'hello' });
    const [update] = await waiting;
    expect(update).toEqual(said.update);
    expect(findFault(update, 'Update')).toBeUndefined();
    expect(await poll(server)).toHaveLength(1);
    expect(server.acknowledgedUpTo).toBe(0);
    const id = said.update?.update_id ?? 0;
    expect(await poll(server, { offset: id + 1 })).toEqual([]);
    expect(server.acknowledgedUpTo).toBe(id);
    expect(server.acknowledgements).toMatchObject([{ updateId: id, by: 'getUpdates' }]);
    server.sendDuplicate(id);
    expect(await poll(server, { offset: id + 1 })).toEqual([update]);
  });

  it('honours limit, negative offsets and allowed kinds', async () => {
    await using server = await open();
    for (const text of ['a', 'b', 'c']) server.say({ from: ann, text });
    expect((await poll(server, { limit: 2 })).map(({ update_id }) => update_id)).toEqual([
      700_000_001, 700_000_002,
    ]);
    expect((await poll(server, { offset: -1 })).map(({ update_id }) => update_id)).toEqual([
      700_000_003,
    ]);
    expect(server.acknowledgedUpTo).toBe(700_000_002);
    await poll(server, { offset: 700_000_004, allowed_updates: ['edited_message'] });
    const { messageId, update } = server.say({ from: ann, text: 'unseen' });
    expect(update).toBeUndefined();
    server.editMessage({ chat: ann, messageId, text: 'seen' });
    expect(await poll(server)).toMatchObject([{ edited_message: { text: 'seen' } }]);
  });

  it('ends the older of two pollers with 409', async () => {
    await using server = await open();
    const first = call(server, 'getUpdates', { timeout: 30 });
    await server.waitFor(() => server.waitingPolls === 1, soon());
    const second = poll(server, { timeout: 30 });
    expect(await first).toMatchObject({
      status: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    });
    await server.waitFor(() => server.waitingPolls === 1, soon());
    server.say({ from: ann, text: 'x' });
    expect(await second).toHaveLength(1);
  });

  it('frees its slot at once when the poller is gone', async () => {
    await using server = await open();
    const stop = new AbortController();
    const first = leave(server, 'getUpdates?timeout=30', stop.signal);
    await server.waitFor(() => server.waitingPolls === 1, soon());
    stop.abort();
    await expect(first).rejects.toThrow('aborted');
    await server.waitFor(() => server.waitingPolls === 0, soon());
    await server.waitFor(() => server.calls('getUpdates')[0]?.state === 'gone', soon());
    expect(server.waitingPolls).toBe(0);
  });

  it('is refused while a webhook is set', async () => {
    await using server = await open();
    await call(server, 'setWebhook', { url: 'http://127.0.0.1:9/' });
    expect(await refusal(server, 'getUpdates', {})).toBe(
      "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    expect((await call(server, 'deleteWebhook')).description).toBe('Webhook was deleted');
    expect(await poll(server)).toEqual([]);
  });
});

describe('webhooks', () => {
  it('deliver with the secret, in order, until a 2xx', async () => {
    await using server = await open({ webhookRetryMs: 1 });
    const seen: { secret: unknown; body: string; status: number }[] = [];
    const statuses = [500, 200, 200];
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const status = statuses.shift() ?? 200;
        seen.push({
          secret: request.headers['x-telegram-bot-api-secret-token'],
          body: Buffer.concat(chunks).toString(),
          status,
        });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
    // An address is a string only for pipes.
    const { port } = receiver.address() as AddressInfo;
    await call(server, 'setWebhook', { url: `http://127.0.0.1:${port}/hook`, secret_token: 'shh' });
    server.say({ from: ann, text: 'one' });
    const last = server.say({ from: ann, text: 'two' });
    await server.waitFor(() => server.acknowledgedUpTo === last.update?.update_id, soon());
    expect(seen.map(({ secret }) => secret)).toEqual(['shh', 'shh', 'shh']);
    expect(seen.map(({ body, status }) => [/"text":"(\w+)"/.exec(body)?.[1], status])).toEqual([
      ['one', 500],
      ['one', 200],
      ['two', 200],
    ]);
    expect((await call(server, 'getWebhookInfo')).result).toMatchObject({
      pending_update_count: 0,
      last_error_message: 'Wrong response from the webhook: 500',
    });
    receiver.closeAllConnections();
    await new Promise<void>((resolve) => receiver.close(() => resolve()));
  });
});

describe('people', () => {
  it('make the updates the specification describes', async () => {
    await using server = await open({ privacy: false });
    await poll(server, {
      allowed_updates: ['message', 'edited_message', 'callback_query', 'message_reaction'],
    });
    const bytes = new Uint8Array([1, 2, 3]);
    const { result } = await call(server, 'sendMessage', {
      chat_id: ann,
      text: 'choose',
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y:1' }]] },
    });
    const messageId = Number(result['message_id']);
    server.say({ from: ann, text: '/start@cuttle_test_bot now', replyTo: messageId });
    server.say({ from: ann, chat: group, text: 'hello', mention: true });
    server.say({ from: ann, text: 'photo', file: { kind: 'photo', bytes } });
    server.say({
      from: ann,
      file: { kind: 'document', name: 'a.pdf', mimeType: 'application/pdf', bytes },
    });
    server.say({ from: ann, file: { kind: 'voice', mimeType: 'audio/ogg', bytes } });
    const said = server.say({ from: ben, text: 'draft' });
    server.editMessage({ chat: ben, messageId: said.messageId, text: 'final' });
    server.react({ from: ann, chat: ann, messageId, emoji: '👍' });
    const pressed = server.pressButton({ from: ann, chat: ann, messageId, button: 'Yes' });
    const updates = await poll(server);
    expect(updates.map((update) => findFault(update, 'Update'))).toEqual(
      updates.map(() => undefined),
    );
    expect(updates).toMatchObject([
      {
        message: {
          entities: [{ type: 'bot_command', offset: 0, length: 22 }],
          reply_to_message: { message_id: messageId },
        },
      },
      {
        message: {
          text: '@cuttle_test_bot hello',
          entities: [{ type: 'mention', offset: 0, length: 16 }],
        },
      },
      { message: { caption: 'photo', photo: [{ file_size: 3 }] } },
      { message: { document: { file_name: 'a.pdf' } } },
      { message: { voice: { mime_type: 'audio/ogg' } } },
      { message: { text: 'draft' } },
      { edited_message: { text: 'final' } },
      { message_reaction: { new_reaction: [{ emoji: '👍' }] } },
      { callback_query: { data: 'y:1', message: { message_id: messageId } } },
    ]);
    const id = callbackId(pressed);
    await call(server, 'answerCallbackQuery', { callback_query_id: id, text: 'ok' });
    expect(server.callbackAnswer(id)).toMatchObject({ text: 'ok' });
  });

  it('are seen in groups as privacy mode allows', async () => {
    await using server = await open();
    const { result } = await call(server, 'sendMessage', { chat_id: group, text: 'hi' });
    const told = (input: object): boolean =>
      server.say({ from: ann, chat: group, ...input }).update !== undefined;
    expect(told({ text: 'among ourselves' })).toBe(false);
    expect(told({ text: 'you', mention: true })).toBe(true);
    expect(told({ text: 'yes', replyTo: Number(result['message_id']) })).toBe(true);
    expect(told({ text: '/help' })).toBe(true);
    expect(told({ text: '/help@other_bot' })).toBe(false);
  });

  it('write in the topics of a forum', async () => {
    await using server = await open();
    server.group({ id: -100_9, forum: true, topics: { 12: 'Help' }, botIsAdmin: true });
    const said = server.say({ from: ann, chat: -100_9, thread: 12, text: 'hm' });
    expect(said.message).toMatchObject({ message_thread_id: 12, is_topic_message: true });
    await call(server, 'sendMessage', { chat_id: -100_9, message_thread_id: 12, text: 'a' });
    await call(server, 'sendMessage', {
      chat_id: -100_9,
      text: 'b',
      reply_parameters: { message_id: said.messageId },
    });
    expect(
      await refusal(server, 'sendMessage', { chat_id: -100_9, message_thread_id: 13, text: 'c' }),
    ).toBe('400 Bad Request: message thread not found');
    expect(server.visibleFromBot(-100_9)).toMatchObject([
      { threadId: 12 },
      { threadId: 12, replyTo: said.messageId },
    ]);
  });
});

describe('faults', () => {
  it('strike before or after the method took effect', async () => {
    await using server = await open();
    const send = (text: string): Promise<Answer> =>
      call(server, 'sendMessage', { chat_id: ann, text });
    server.fail({ method: 'sendMessage', act: 'cut' });
    await expect(send('lost')).rejects.toThrow('fetch failed');
    server.fail({ method: 'sendMessage', when: 'after', act: 'cut' });
    await expect(send('ambiguous')).rejects.toThrow('fetch failed');
    server.fail({ act: { code: 429, retryAfter: 7 } });
    expect(await send('later')).toMatchObject({
      status: 429,
      description: 'Too Many Requests: retry after 7',
      parameters: { retry_after: 7 },
    });
    server.fail({ when: 'after', act: { code: 502 } });
    expect(await send('also there')).toMatchObject({ status: 502, description: 'Bad Gateway' });
    server.fail({ match: ({ text }) => text === 'html', act: { status: 503, body: '<html>' } });
    expect((await send('fine')).ok).toBe(true);
    await expect(send('html')).rejects.toThrow('JSON');
    expect(server.visible(ann).map(({ text }) => text)).toEqual([
      'ambiguous',
      'also there',
      'fine',
    ]);
    expect(server.ledger.map(({ processed, state }) => [processed, state])).toEqual([
      [false, 'cut'],
      [true, 'cut'],
      [false, 'answered'],
      [true, 'answered'],
      [true, 'answered'],
      [false, 'answered'],
    ]);
  });

  it('hang until the bot goes away', async () => {
    await using server = await open();
    const fault = server.fail({ act: 'hang' });
    const stop = new AbortController();
    const hanging = leave(server, 'getMe', stop.signal);
    await server.waitFor(() => fault.struck === 1 || server.ledger.length === 1, soon());
    stop.abort();
    await expect(hanging).rejects.toThrow('aborted');
    await server.waitFor(() => server.ledger[0]?.state === 'gone', soon());
    expect(fault.struck).toBe(1);
  });

  it('come from counted limits', async () => {
    let now = 1_000_000;
    await using server = await open({ limits: true, now: () => now });
    const statuses = async (chat: number, count: number): Promise<number[]> => {
      const result: number[] = [];
      for (let i = 0; i < count; i += 1)
        result.push((await call(server, 'sendMessage', { chat_id: chat, text: `m${i}` })).status);
      return result;
    };
    expect(await statuses(ann, 6)).toEqual([200, 200, 200, 200, 200, 429]);
    now += 1000;
    expect(await statuses(ann, 2)).toEqual([200, 429]);
    for (let i = 0; i < 20; i += 1) {
      now += 1000;
      expect(await statuses(group, 1)).toEqual([200]);
    }
    now += 1000;
    expect(await call(server, 'sendMessage', { chat_id: group, text: 'x' })).toMatchObject({
      status: 429,
      parameters: { retry_after: 40 },
    });
  });
});
