import type { Channel } from '@cuttle/core-types/ports';
import {
  type ChannelFixture,
  type ChannelPlatform,
  type ContractDeps,
  createInstantClock,
  describeChannel,
  type MemoryCheckpoint,
  type Place,
  type PersonSays,
  type PlatformEvent,
  type Trouble,
} from '@cuttle/testkit/channel-contract';
import {
  type DiscordServer,
  type Fault,
  openDiscordServer,
  readDiscordText,
  type SayInput,
  type WireDispatch,
} from '@cuttle/testkit/discord';
import { discordLacks } from '../conformance.ts';
import { createDiscordChannel } from './channel.ts';
import { DiscordOptions } from './options.ts';
import { DiscordCheckpoint } from './progress.ts';
import { isLater, snowflakeAt } from './snowflake.ts';

const people = { ann: '20000000000000001', ben: '20000000000000002' } as const;
const guild = '30000000000000001';
const general = '30000000000000002';
const topic = '30000000000000003';

describeChannel('discord', openDiscord, discordLacks);

async function openDiscord(deps: ContractDeps): Promise<ChannelFixture> {
  const server = await openServer();
  const direct = [server.direct(people.ann), server.direct(people.ben)];
  // The account has read before: a first start answers nothing of the past.
  const since = snowflakeAt(Date.now() - 1000);
  await deps.checkpoint.put({ v: 1, session: null, since, direct });
  const closed = await closedAddress();
  // The clock of the cases stands still: how many calls a second may have is not their question.
  const limits = { perSecond: 1000 };
  const open = (restUrl: string, own = deps): Channel =>
    createDiscordChannel(DiscordOptions.parse({ token: server.token, restUrl, limits }), own);
  const before = open(server.restUrl, { ...deps, clock: createInstantClock() });
  await liveOnce(before, server, deps.checkpoint);
  return {
    platform: toPlatform(server, deps.checkpoint),
    open: () => open(server.restUrl),
    openUnreachable: () => open(closed),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Discord keeps events only for a session that was begun: there was one, and it lives on. */
async function liveOnce(
  channel: Channel,
  server: DiscordServer,
  checkpoint: MemoryCheckpoint,
): Promise<void> {
  const stop = new AbortController();
  const door = { accept: () => Promise.resolve(), checkpoint };
  const living = channel.receive(door, stop.signal).catch(() => undefined);
  const soon = AbortSignal.timeout(5000);
  await checkpoint.waitFor(() => sessionOf(checkpoint)?.seq === 2, soon);
  stop.abort();
  await living;
  await server.waitFor(() => server.gateway.connections === 0, soon);
}

function sessionOf(checkpoint: MemoryCheckpoint): DiscordCheckpoint['session'] | undefined {
  return DiscordCheckpoint.safeParse(checkpoint.value).data?.session;
}

/** Where nobody listens any more. */
async function closedAddress(): Promise<string> {
  await using gone = await openDiscordServer();
  return gone.restUrl;
}

async function openServer(): Promise<DiscordServer> {
  const server = await openDiscordServer();
  server.user({ id: people.ann, username: 'ann', globalName: 'Ann Lee' });
  server.user({ id: people.ben, username: 'ben' });
  server.guild({ id: guild, name: 'Us', members: [people.ann, people.ben] });
  server.channel({ id: general, guild });
  server.thread({ id: topic, parent: general, name: 'Help' });
  return server;
}

const messagesRoute = '/channels/:channel/messages';
const visibleRoutes = new Set([messagesRoute, `${messagesRoute}/:message`]);

function toPlatform(server: DiscordServer, checkpoint: MemoryCheckpoint): ChannelPlatform {
  const channels: Readonly<Record<Place, string>> = {
    dm: server.direct(people.ann),
    group: general,
    thread: topic,
  };
  const told = (messageId: string, dispatch: WireDispatch | undefined): PlatformEvent => ({
    messageId,
    ref: { messageId, dispatch, session: server.sessions.at(-1)?.id },
  });
  return {
    accountId: server.bot.id,
    personId: (person) => people[person],
    chatId: (place) => (place === 'thread' ? general : channels[place]),
    target: (place) => ({ channelId: channels[place] }),
    say(says) {
      const said = server.say({
        from: people[says.from ?? 'ann'],
        text: says.text,
        ...(says.in !== undefined && says.in !== 'dm' && { channel: channels[says.in] }),
        ...(says.mention === true && { mention: true }),
        ...(says.replyTo !== undefined && { replyTo: says.replyTo }),
        ...filesOf(says),
      });
      return told(said.messageId, said.dispatch);
    },
    edit(messageId, text) {
      const said = server.editMessage({ channel: channels.dm, messageId, text });
      return told(messageId, said.dispatch);
    },
    press(messageId, button) {
      const press = { from: people.ann, channel: channels.dm, messageId, button };
      return told(messageId, server.press(press).dispatch);
    },
    echoOwn() {
      const said = server.say({ from: server.bot.id, channel: general, text: 'mine' });
      return told(said.messageId, said.dispatch);
    },
    deliverUnreadable: () =>
      told('', server.push('MESSAGE_CREATE', { id: 'not a number', channel_id: null })),
    redeliver(event) {
      const { dispatch } = event.ref as Ref; // ours, from `told`
      if (dispatch !== undefined) server.sendDuplicate(dispatch);
    },
    isAcknowledged: (event) => isCovered(checkpoint, event.ref as Ref), // ours, from `told`
    visible: (place) =>
      server
        .visibleFromBot(channels[place])
        .map(({ id, content, message_reference: reference }) => ({
          messageId: id,
          text: readDiscordText(content),
          replyTo: (reference as { message_id?: string } | undefined)?.message_id, // as Discord writes it
        })),
    sentFiles: (place) => {
      const texts = new Map(
        server.visibleFromBot(channels[place]).map(({ id, content }) => [id, content]),
      );
      return server.filesFromBot(channels[place]).map(({ messageId, filename, bytes }) => ({
        messageId,
        text: readDiscordText(texts.get(messageId) ?? ''),
        name: filename,
        bytes,
      }));
    },
    visibleCalls: () =>
      server.ledger.filter(({ method, route }) => method !== 'GET' && visibleRoutes.has(route))
        .length,
    typing: (place) => server.typing(channels[place]),
    commands: () => server.commands.map(({ name }) => name),
    deleteMessage: (place, messageId) => void server.deleteMessage(channels[place], messageId),
    fail(calls, trouble, times = 1) {
      const routes = {
        connect: '/users/@me',
        receive: '/gateway/bot',
        send: messagesRoute,
        edit: `${messagesRoute}/:message`,
        typing: '/channels/:channel/typing',
        fetch: 'file',
      };
      server.fail({
        route: routes[calls],
        ...(calls === 'send' && { method: 'POST' }),
        ...(calls === 'edit' && { method: 'PATCH' }),
        times,
        ...faultOf(trouble),
      });
      if (calls !== 'receive') return;
      // A session that lives asks nobody where to connect, and neither does a connection that is open.
      if (server.gateway.connections > 0) server.dropConnections();
      else void checkpoint.put({ ...DiscordCheckpoint.parse(checkpoint.value), session: null });
    },
    forgetFiles: () => server.forgetFiles(),
    fetches: () => server.calls('GET', 'file').length,
    revoke: () => server.revokeToken(),
    dropConnections: () => server.dropConnections(),
    isListening: () => server.sessions.at(-1)?.connected === true,
    waitFor: (predicate, signal) =>
      Promise.race([server.waitFor(predicate, signal), checkpoint.waitFor(predicate, signal)]),
  };
}

function filesOf({ picture, file }: PersonSays): Partial<SayInput> {
  const sent =
    file ?? (picture === true ? { kind: 'picture', bytes: new Uint8Array([1]) } : undefined);
  if (sent === undefined) return {};
  const types = { picture: 'image/png', voice: 'audio/ogg', file: 'application/octet-stream' };
  const one = {
    name: file?.name ?? 'a',
    contentType: file?.mimeType ?? types[sent.kind],
    bytes: sent.bytes,
    ...(sent.kind === 'picture' && { width: 10 }),
  };
  return { files: [one], ...(sent.kind === 'voice' && { flags: 1 << 13 }) };
}

interface Ref {
  readonly messageId: string;
  readonly dispatch: WireDispatch | undefined;
  readonly session: string | undefined;
}

/** Whether the row says that the event was read: by its number in the session, or by its time. */
function isCovered(checkpoint: MemoryCheckpoint, { messageId, dispatch, session }: Ref): boolean {
  const { data } = DiscordCheckpoint.safeParse(checkpoint.value);
  if (data === undefined) return false;
  if (dispatch !== undefined && data.session !== null && data.session.id === session)
    return data.session.seq >= dispatch.s;
  return messageId !== '' && data.since !== null && !isLater(messageId, data.since);
}

function faultOf(trouble: Trouble): Pick<Fault, 'act' | 'when'> {
  const content = {
    _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be 2000 or fewer.' }],
  };
  const formatting = { message: 'Invalid Form Body', code: 50_035, errors: { content } };
  const faults: Readonly<Record<Trouble, Pick<Fault, 'act' | 'when'>>> = {
    'rate-limited': { act: { status: 429, retryAfter: 7 } },
    'server-error': { act: { status: 502 } },
    'cut-before': { act: 'cut' },
    'cut-after': { act: 'cut', when: 'after' },
    blocked: { act: { status: 403, code: 50_007, message: 'Cannot send messages to this user' } },
    invalid: { act: { status: 400, code: 50_035, message: 'Invalid Form Body' } },
    auth: { act: { status: 401 } },
    formatting: {
      act: { status: 400, body: JSON.stringify(formatting), contentType: 'application/json' },
    },
    hang: { act: 'hang' },
  };
  return faults[trouble];
}
