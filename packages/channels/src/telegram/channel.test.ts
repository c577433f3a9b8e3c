import type { Channel } from '@cuttle/core-types/ports';
import {
  type ChannelFixture,
  type ChannelPlatform,
  type ContractDeps,
  describeChannel,
  openWebhookGateway,
  type Place,
  type PlatformEvent,
  type Trouble,
} from '@cuttle/testkit/channel-contract';
import {
  type Fault,
  openTelegramServer,
  type TelegramServer,
  type WireUpdate,
} from '@cuttle/testkit/telegram';
import { telegramLacks } from '../conformance.ts';
import { createTelegramChannel } from './channel.ts';
import { TelegramOptions } from './options.ts';

const people = { ann: 1001, ben: 1002 } as const;
const group = -1_001_000_000_001;
const forum = -1_001_000_000_002;
const topic = 77;
const chats: Readonly<Record<Place, number>> = { dm: people.ann, group, thread: forum };
const secret = 'a-secret-of-the-webhook';

describeChannel('telegram, polling', (deps) => openPolling(deps), telegramLacks.polling);
describeChannel('telegram, webhook', (deps) => openWebhook(deps), telegramLacks.webhook);

async function openPolling(deps: ContractDeps): Promise<ChannelFixture> {
  const server = await openServer();
  const closed = await closedAddress();
  const open = (apiRoot: string): Channel =>
    createTelegramChannel(
      TelegramOptions.parse({ token: server.token, apiRoot, streaming: 'drafts' }),
      deps,
    );
  return {
    platform: toPlatform(server, {
      receiveMethod: 'getUpdates',
      isListening: () => server.waitingPolls > 0,
    }),
    open: () => open(server.url),
    openUnreachable: () => open(closed),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function openWebhook(deps: ContractDeps): Promise<ChannelFixture> {
  const server = await openServer();
  const closed = await closedAddress();
  const gateway = await openWebhookGateway();
  const webhook = { url: gateway.url, secret };
  const open = (apiRoot: string): Channel =>
    createTelegramChannel(
      TelegramOptions.parse({ token: server.token, apiRoot, webhook, streaming: 'drafts' }),
      deps,
    );
  return {
    platform: toPlatform(server, {
      receiveMethod: 'setWebhook',
      isListening: () =>
        gateway.isServing() &&
        server.calls('setWebhook').some(({ response }) => response?.ok === true),
    }),
    open: () => open(server.url),
    openUnreachable: () => open(closed),
    serve: (channel, door, signal) => gateway.serve(channel, door, signal),
    delivery: (kind) => delivery(kind, webhook.url),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Where nobody listens any more. */
async function closedAddress(): Promise<string> {
  await using gone = await openTelegramServer();
  return gone.url;
}

async function openServer(): Promise<TelegramServer> {
  const server = await openTelegramServer({ privacy: false, webhookRetryMs: 2 });
  server.user({ id: people.ann, firstName: 'Ann', lastName: 'Lee', username: 'ann' });
  server.user({ id: people.ben, firstName: 'Ben' });
  server.group({ id: group, title: 'Us', members: [people.ann, people.ben] });
  server.group({
    id: forum,
    title: 'Forum',
    forum: true,
    topics: { [topic]: 'Help' },
    members: [people.ann],
  });
  return server;
}

interface Mode {
  /** The call that receiving depends on. */
  readonly receiveMethod: string;
  isListening(): boolean;
}

const fileKinds = { picture: 'photo', voice: 'voice', file: 'document' } as const;

const sendMethods = [
  'sendMessage',
  'sendPhoto',
  'sendDocument',
  'sendAudio',
  'sendVideo',
  'sendMediaGroup',
];
const visibleMethods = new Set([...sendMethods, 'editMessageText', 'deleteMessage']);

function toPlatform(server: TelegramServer, mode: Mode): ChannelPlatform {
  const told = (update: WireUpdate | undefined, messageId: number): PlatformEvent => {
    if (update === undefined) throw new Error('The platform tells the bot nothing of this');
    return { messageId: String(messageId), ref: update.update_id };
  };
  const lines = new Map<number, Place>([
    [people.ann, 'dm'],
    [group, 'group'],
    [forum, 'thread'],
  ]);
  return {
    accountId: String(server.bot.id),
    personId: (person) => String(people[person]),
    chatId: (place) => String(chats[place]),
    target: (place) => ({ chatId: chats[place], ...(place === 'thread' && { threadId: topic }) }),
    say(says) {
      const from = people[says.from ?? 'ann'];
      const said = server.say({
        from,
        text: says.text,
        ...(says.in !== undefined && says.in !== 'dm' && { chat: chats[says.in] }),
        ...(says.in === 'thread' && { thread: topic }),
        ...(says.mention === true && { mention: true }),
        ...(says.replyTo !== undefined && { replyTo: Number(says.replyTo) }),
        ...(says.picture === true && {
          file: { kind: 'photo', name: 'a.jpg', bytes: new Uint8Array([1]) },
        }),
        ...(says.file && { file: { ...says.file, kind: fileKinds[says.file.kind] } }),
      });
      return told(said.update, said.messageId);
    },
    edit(messageId, text) {
      const said = server.editMessage({ chat: people.ann, messageId: Number(messageId), text });
      return told(said.update, said.messageId);
    },
    press(messageId, label) {
      const update = server.pressButton({
        from: people.ann,
        chat: people.ann,
        messageId: Number(messageId),
        button: label,
      });
      return told(update, Number(messageId));
    },
    echoOwn() {
      const message = {
        message_id: 5,
        date: 1,
        text: 'mine',
        from: server.bot,
        chat: { id: group, type: 'supergroup' },
      };
      return told(server.push('message', message), 5);
    },
    deliverUnreadable: () =>
      told(server.push('message', { message_id: 'not a number', chat: null }), 0),
    redeliver: (event) => server.sendDuplicate(Number(event.ref)),
    isAcknowledged: ({ ref }) =>
      server.acknowledgedUpTo >= Number(ref) ||
      server.acknowledgements.some(({ updateId }) => updateId === ref),
    visible: (place) =>
      server.visibleFromBot(chats[place]).map(({ id, text, replyTo }) => ({
        messageId: String(id),
        text,
        replyTo: replyTo === undefined ? undefined : String(replyTo),
      })),
    sentFiles: (place) =>
      server.filesFromBot(chats[place]).map(({ messageId, caption, name, bytes }) => ({
        messageId: String(messageId),
        text: caption,
        name,
        bytes,
      })),
    drafts: {
      visible: (place) => server.visibleDrafts(chats[place]).map(({ text }) => text),
      fail: (trouble) => void server.fail({ method: 'sendMessageDraft', ...faultOf(trouble) }),
    },
    visibleCalls: () => server.ledger.filter(({ method }) => visibleMethods.has(method)).length,
    typing: (place) =>
      server.chatActions(chats[place]).filter(({ action }) => action === 'typing').length,
    commands: () => server.commands.map(({ command }) => command),
    deleteMessage(place, messageId) {
      if (lines.get(chats[place]) === place) server.deleteMessage(chats[place], Number(messageId));
    },
    fail(calls, trouble, times = 1) {
      const methods = {
        connect: 'getMe',
        receive: mode.receiveMethod,
        fetch: 'file',
        edit: 'editMessageText',
        typing: 'sendChatAction',
      };
      const meant = calls === 'send' ? sendMethods : [methods[calls]];
      for (const method of meant) server.fail({ method, times, ...faultOf(trouble) });
      // A poll that waits already would not meet the trouble.
      if (calls === 'receive') server.dropConnections();
    },
    forgetFiles: () => server.forgetFiles(),
    fetches: () => server.calls('file').length,
    revoke: () => server.revokeToken(),
    dropConnections: () => server.dropConnections(),
    isListening: () => mode.isListening(),
    waitFor: (predicate, signal) => server.waitFor(predicate, signal),
  };
}

function faultOf(trouble: Trouble): Pick<Fault, 'act' | 'when'> {
  const faults: Readonly<Record<Trouble, Pick<Fault, 'act' | 'when'>>> = {
    'rate-limited': { act: { code: 429, retryAfter: 7 } },
    'server-error': { act: { code: 502 } },
    'cut-before': { act: 'cut' },
    'cut-after': { act: 'cut', when: 'after' },
    blocked: { act: { code: 403, description: 'Forbidden: bot was blocked by the user' } },
    invalid: { act: { code: 400, description: 'Bad Request: BUTTON_DATA_INVALID' } },
    auth: { act: { code: 401 } },
    formatting: {
      act: {
        code: 400,
        description:
          'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
      },
    },
    hang: { act: 'hang' },
  };
  return faults[trouble];
}

function delivery(
  kind: Parameters<NonNullable<ChannelFixture['delivery']>>[0],
  url: string,
): Request {
  const message = {
    message_id: 1,
    date: 1,
    chat: { id: 5, type: 'private' },
    from: { id: 5 },
    text: 'hi',
  };
  const bodies = { 'not-json': 'not json', huge: `{"update_id":1,"x":"${'y'.repeat(2_000_000)}"}` };
  const body =
    kind === 'not-json' || kind === 'huge'
      ? bodies[kind]
      : JSON.stringify({ update_id: 1, message });
  const headers = {
    'x-telegram-bot-api-secret-token': kind === 'wrong-secret' ? `${secret}!` : secret,
  };
  return new Request(url, { method: 'POST', body, headers: kind === 'no-secret' ? {} : headers });
}
