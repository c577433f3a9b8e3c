import { createInstantClock, createRecordingDoor } from '@cuttle/testkit/channel-contract';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import type { Channel, OutboundPart } from '@cuttle/core-types/ports';
import { describe, expect, it } from 'vitest';
import { telegram } from '../index.ts';
import { createTelegramChannel } from './channel.ts';
import { TelegramOptions } from './options.ts';
import { parseAddress } from './target.ts';

const ann = 1001;
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(8000);

function open(
  server: TelegramServer,
  more: object = {},
): { channel: Channel; clock: ReturnType<typeof createInstantClock> } {
  const clock = createInstantClock();
  const options = TelegramOptions.parse({ token: server.token, apiRoot: server.url, ...more });
  return {
    channel: createTelegramChannel(options, { fetch, clock, log, random: () => 0.5 }),
    clock,
  };
}

function part(channel: Channel, text: string): OutboundPart {
  const [first] = channel.render({ text });
  if (first === undefined) throw new Error('Nothing was rendered');
  return first;
}

describe('the Telegram channel', () => {
  it('polls for what it reads, and waits as long as it is told to', async () => {
    await using server = await openTelegramServer();
    const { channel } = open(server, { pollTimeoutSeconds: 20 });
    const stop = new AbortController();
    const receiving = channel
      .receive(createRecordingDoor(), stop.signal)
      .catch((error: unknown) => error);
    await server.waitFor(() => server.waitingPolls === 1, soon());
    expect(server.calls('getUpdates')).toMatchObject([
      {
        params: {
          offset: 0,
          limit: 100,
          timeout: 20,
          allowed_updates: ['message', 'edited_message', 'callback_query'],
        },
        unknown: [],
      },
    ]);
    stop.abort(new Error('done'));
    expect(await receiving).toMatchObject({ message: 'done' });
    await server.waitFor(() => server.waitingPolls === 0, soon());
  });

  it('hears what is put under messages where it is told to, and not what is taken back', async () => {
    await using server = await openTelegramServer();
    server.user({ id: ann, firstName: 'Ann' });
    const { channel } = open(server, { reactionNotifications: 'own' });
    const sent = await channel.send(
      { kind: 'send', target: { chatId: ann }, part: part(channel, 'Good?'), idempotencyKey: 'k' },
      soon(),
    );
    const door = createRecordingDoor();
    const stop = new AbortController();
    const receiving = channel.receive(door, stop.signal).catch((error: unknown) => error);
    await server.waitFor(() => server.waitingPolls === 1, soon());
    const messageId = Number(sent.messageId);
    const about = { chat: { id: ann, type: 'private' }, message_id: messageId, date: 5 };
    const user = { id: ann, is_bot: false, first_name: 'Ann' };
    const heart = { type: 'emoji', emoji: '❤' };
    server.react({ from: ann, chat: ann, messageId, emoji: '👍' });
    for (const change of [
      { user, old_reaction: [heart], new_reaction: [] },
      { user: server.bot, old_reaction: [], new_reaction: [heart] },
      { old_reaction: [], new_reaction: [heart] },
      { user, old_reaction: [heart], new_reaction: [heart, { type: 'paid' }] },
    ])
      server.push('message_reaction', { ...about, ...change });
    server.say({ from: ann, text: 'after' });
    await door.waitForAccepted(2, soon());
    stop.abort();
    await receiving;
    expect(door.accepted).toMatchObject([
      { kind: 'reaction', reaction: '👍', messageId: sent.messageId, sender: { id: String(ann) } },
      { kind: 'message', text: 'after' },
    ]);
  });

  it('tells what a message answers, and what a sticker stands for', async () => {
    await using server = await openTelegramServer();
    server.user({ id: ann, firstName: 'Ann' });
    const { channel } = open(server);
    const target = { chatId: ann };
    const sent = await channel.send(
      { kind: 'send', target, part: part(channel, 'Red or blue?'), idempotencyKey: 'k' },
      soon(),
    );
    const door = createRecordingDoor();
    const stop = new AbortController();
    const receiving = channel.receive(door, stop.signal).catch((error: unknown) => error);
    server.say({ from: ann, text: 'The first', replyTo: Number(sent.messageId) });
    const own = server.say({ from: ann, text: 'A plan' });
    server.say({ from: ann, text: 'That one', replyTo: own.messageId });
    const about = { chat: { id: ann, type: 'private' }, from: { id: ann }, date: 5 };
    const sticker = { file_id: 'f1', emoji: '🎉', is_animated: true };
    server.push('message', { ...about, message_id: 90, sticker });
    await door.waitForAccepted(4, soon());
    stop.abort();
    await receiving;
    expect(door.accepted).toMatchObject([
      { text: 'The first', quoted: { text: 'Red or blue?', from: undefined } },
      { text: 'A plan' },
      { text: 'That one', quoted: { text: 'A plan', from: 'Ann' } },
      { media: [{ kind: 'sticker', file: { name: 'sticker 🎉' } }] },
    ]);
    expect(door.accepted[1]?.quoted).toBeUndefined();
  });

  it('takes over from a webhook of an earlier configuration', async () => {
    await using server = await openTelegramServer();
    server.user({ id: ann });
    const { channel } = open(server);
    const hook = fetch(`${server.url}/bot${server.token}/setWebhook?url=http://127.0.0.1:9/`);
    expect((await hook).status).toBe(200);
    const door = createRecordingDoor();
    const stop = new AbortController();
    const receiving = channel.receive(door, stop.signal).catch((error: unknown) => error);
    server.say({ from: ann, text: 'hi' });
    expect(await door.waitForAccepted(1, soon())).toMatchObject([{ text: 'hi' }]);
    expect(server.calls('deleteWebhook')).toMatchObject([
      { params: { drop_pending_updates: false } },
    ]);
    stop.abort();
    await receiving;
  });

  it('confirms a pressed button, and does not mind where that fails', async () => {
    await using server = await openTelegramServer();
    server.user({ id: ann });
    const { channel } = open(server);
    const [asked] = channel.render({ text: 'Sure?', buttons: [[{ label: 'Yes', token: 'y' }]] });
    const receipt = await channel.send(
      {
        kind: 'send',
        target: { chatId: ann },
        part: asked ?? part(channel, '-'),
        idempotencyKey: 'k',
      },
      soon(),
    );
    const door = createRecordingDoor();
    const stop = new AbortController();
    const receiving = channel.receive(door, stop.signal).catch((error: unknown) => error);
    server.fail({ method: 'answerCallbackQuery', act: { code: 400 } });
    const press = (): unknown =>
      server.pressButton({
        from: ann,
        chat: ann,
        messageId: Number(receipt.messageId),
        button: 'Yes',
      });
    press();
    press();
    await door.waitForAccepted(2, soon());
    await server.waitFor(
      () => server.calls('answerCallbackQuery').some(({ response }) => response?.ok === true),
      soon(),
    );
    stop.abort();
    await receiving;
    expect(door.accepted.map(({ buttonToken }) => buttonToken)).toEqual(['y', 'y']);
  });

  it('writes to a group at its new id after it became a supergroup', async () => {
    await using server = await openTelegramServer();
    server.group({ id: -5, type: 'group' });
    server.group({ id: -100_5 });
    const { channel } = open(server);
    server.fail({
      method: 'sendMessage',
      match: ({ chat_id: id }) => id === -5,
      times: 9,
      act: {
        code: 400,
        description: 'Bad Request: group chat was upgraded to a supergroup chat',
        migrateTo: -100_5,
      },
    });
    await channel.send(
      { kind: 'send', target: { chatId: -5 }, part: part(channel, 'moved'), idempotencyKey: 'k' },
      soon(),
    );
    expect(server.visible(-100_5)).toMatchObject([{ text: 'moved' }]);
  });

  it.each([
    [ann, undefined],
    [-4711, 'conversation'],
  ])('says of a pause in chat %s that it concerns %s', async (chatId, scope) => {
    await using server = await openTelegramServer();
    server.user({ id: ann });
    server.group({ id: -4711, type: 'group', members: [ann] });
    server.fail({ method: 'sendMessage', act: { code: 429, retryAfter: 7 } });
    const { channel } = open(server);
    const request = { target: { chatId }, part: part(channel, 'a'), idempotencyKey: 'k' };
    const failure = await channel
      .send({ kind: 'send', ...request }, soon())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'channel.rate-limited', retryAfterMs: 7000 });
    // A CuttleError, as seen above.
    expect((failure as { details: { scope?: string } }).details.scope).toBe(scope);
  });

  it('keeps the formatting of the fallback to one try', async () => {
    await using server = await openTelegramServer();
    server.user({ id: ann });
    const { channel } = open(server);
    server.fail({
      method: 'sendMessage',
      times: 9,
      act: { code: 400, description: "Bad Request: can't parse entities: x" },
    });
    await expect(
      channel.send(
        {
          kind: 'send',
          target: { chatId: ann },
          part: part(channel, '**a**'),
          idempotencyKey: 'k',
        },
        soon(),
      ),
    ).rejects.toMatchObject({ code: 'channel.invalid' });
    expect(server.calls('sendMessage').map(({ params }) => params['parse_mode'])).toEqual([
      'HTML',
      undefined,
    ]);
  });

  it.each([
    [{ status: 503, body: '<html>busy</html>' }, false],
    [{ status: 502, body: '' }, false],
    [{ status: 504, body: 'time-out' }, true],
    [{ status: 200, body: '{"ok":tr' }, true],
    [{ status: 200, body: '[]' }, true],
  ])('reads the answer %j of something that is not the Bot API', async (act, reached) => {
    await using server = await openTelegramServer();
    server.user({ id: ann });
    const { channel } = open(server);
    server.fail({ method: 'sendMessage', act });
    const sending = channel.send(
      { kind: 'send', target: { chatId: ann }, part: part(channel, 'a'), idempotencyKey: 'k' },
      soon(),
    );
    await expect(sending).rejects.toMatchObject({
      code: 'channel.unavailable',
      details: { reached, status: act.status },
    });
  });

  it('sets its webhook and takes it away again, unless told to leave it', async () => {
    await using server = await openTelegramServer();
    for (const keepOnStop of [false, true]) {
      const { channel } = open(server, { webhook: { url: 'http://127.0.0.1:9/hook', keepOnStop } });
      const stop = new AbortController();
      const receiving = channel
        .receive(createRecordingDoor(), stop.signal)
        .catch((error: unknown) => error);
      const calls = server.calls('setWebhook').length;
      await server.waitFor(
        () =>
          server.calls('setWebhook').length > calls &&
          server.calls('setWebhook').at(-1)?.state === 'answered',
        soon(),
      );
      stop.abort(new Error('done'));
      expect(await receiving).toMatchObject({ message: 'done' });
      expect(server.calls('deleteWebhook')).toHaveLength(1);
    }
    const [first, second] = server.calls('setWebhook').map(({ params }) => params['secret_token']);
    expect(first).toBe(second);
    expect(String(first)).toMatch(/^[\w-]{43}$/);
    expect(server.token).not.toContain(String(first));
  });

  it('uses nothing of the specification that is not there', async () => {
    await using server = await openTelegramServer();
    server.user({ id: ann });
    const { channel } = open(server);
    await channel.connect(soon());
    const receipt = await channel.send(
      { kind: 'send', target: { chatId: ann }, part: part(channel, 'a'), idempotencyKey: 'k' },
      soon(),
    );
    await channel.send(
      {
        kind: 'edit',
        target: { chatId: ann },
        part: part(channel, 'b'),
        receipt,
        idempotencyKey: 'k',
      },
      soon(),
    );
    await channel.typing?.show({ chatId: ann }, soon());
    await channel.menu?.publish([{ name: 'start', description: 'Begin' }], soon());
    expect(
      server.ledger.map(({ method, unknown, processed }) => [method, unknown, processed]),
    ).toEqual(
      ['getMe', 'sendMessage', 'editMessageText', 'sendChatAction', 'setMyCommands'].map(
        (method) => [method, [], true],
      ),
    );
  });
});

describe('settings', () => {
  it('have defaults that are closed', () => {
    expect(telegram.options.parse({ token: 'x' })).toMatchObject({
      apiRoot: 'https://api.telegram.org',
      dmPolicy: 'pairing',
      groupPolicy: 'mention',
      allowedUsers: [],
      ambiguity: 'at-most-once',
    });
  });

  it('are forgiving where it is safe', () => {
    expect(
      TelegramOptions.parse({
        token: 'x',
        apiRoot: 'http://127.0.0.1:9002/',
        allowedUsers: [42, '@ann'],
      }),
    ).toMatchObject({
      apiRoot: 'http://127.0.0.1:9002',
      allowedUsers: ['42', '@ann'],
    });
  });

  it.each([
    {},
    { token: '' },
    { token: 'x', apiRoot: 'ftp://a' },
    { token: 'x', dmPolicy: 'all' },
    { token: 'x', webhook: { url: 'nope' } },
    { token: 'x', webhook: { url: 'https://a.example', secret: 'short' } },
  ])('are refused: %j', (options) => {
    expect(TelegramOptions.safeParse(options).success).toBe(false);
  });

  it('load the adapter when it is used', async () => {
    const create = await telegram.load();
    await using channel = create(TelegramOptions.parse({ token: 'x' }), {
      fetch,
      clock: createInstantClock(),
      log,
      random: () => 0,
    });
    expect(channel.id).toBe('telegram');
  });
});

describe('an address', () => {
  it.each([
    ['42', { key: '42', target: { chatId: 42 }, group: false }],
    [' -100123 ', { key: '-100123', target: { chatId: -100_123 }, group: true }],
    ['-100123:7', { key: '-100123:7', target: { chatId: -100_123, threadId: 7 }, group: true }],
    ['@My_Channel', { key: '@my_channel', target: { chatId: '@my_channel' }, group: true }],
  ])('%j leads somewhere', (to, place) => {
    expect(parseAddress(to)).toEqual(place);
  });
  it.each([
    '',
    'ann',
    '@a',
    '0',
    '-0',
    '1e5',
    '42:',
    '42:0',
    '99999999999999999999',
    '42; drop',
    '٤٢',
  ])('%j leads nowhere', (to) => {
    expect(parseAddress(to)).toBeUndefined();
  });
});
