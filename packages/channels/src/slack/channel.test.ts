import type { Channel } from '@cuttle/core-types/ports';
import {
  type ChannelFixture,
  type ChannelPlatform,
  type ContractDeps,
  describeChannel,
  openWebhookGateway,
  type WebhookGateway,
  type PersonSays,
  type Place,
  type PlatformEvent,
  type Trouble,
} from '@cuttle/testkit/channel-contract';
import {
  type Delivery,
  type Fault,
  openSlackServer,
  type SayInput,
  type SlackServer,
} from '@cuttle/testkit/slack';
import { slackLacks } from '../conformance.ts';
import { createSlackChannel } from './channel.ts';
import { SlackOptions } from './options.ts';

describeChannel('slack, Socket Mode', (deps) => openSlack(deps, 'socket'), slackLacks.socket);
describeChannel('slack, HTTP', (deps) => openSlack(deps, 'http'), slackLacks.http);

type Mode = 'socket' | 'http';

const people = { ann: 'U0TESTANN', ben: 'W0TESTBEN' } as const;
const general = 'C0TESTGENERAL';
const longAgo = '1700000000.000100';

async function openSlack(deps: ContractDeps, mode: Mode): Promise<ChannelFixture> {
  // What repeats it is the channel itself in Socket Mode, and Slack by HTTP: for longer than it does.
  const server = await openSlackServer({ retryMs: [1], maxRetries: 200 });
  server.user({ id: people.ann, name: 'ann', realName: 'Ann' });
  server.user({ id: people.ben, name: 'ben', realName: 'Ben' });
  server.channel({ id: general, name: 'general', members: Object.values(people) });
  let isKnown = false;
  // Slack proves an address before it calls it.
  const gateway = await openWebhookGateway((body) =>
    isKnown ? new Response(null, { status: 503 }) : new Response(body),
  );
  if (mode === 'http') await server.setRequestUrl(gateway.url);
  isKnown = true;
  // Signatures tell the time of this machine.
  const clock = { ...deps.clock, now: () => Date.now() };
  const closed = await closedAddress();
  const open = (apiUrl: string): Channel =>
    createSlackChannel(
      SlackOptions.parse({
        botToken: server.botToken,
        ...(mode === 'socket' && { appToken: server.appToken }),
        ...(mode === 'http' && { signingSecret: server.signingSecret }),
        apiUrl,
      }),
      { ...deps, clock },
    );
  return {
    platform: toPlatform(server, gateway, mode),
    open: () => open(server.apiUrl),
    openUnreachable: () => open(closed),
    ...(mode === 'http' && {
      serve: (channel, door, signal) => gateway.serve(channel, door, signal),
      delivery: (kind) => delivery(server, kind),
    }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

/** Where nobody listens any more. */
async function closedAddress(): Promise<string> {
  await using gone = await openSlackServer();
  return gone.apiUrl;
}

const visibleMethods = new Set([
  'chat.postMessage',
  'chat.update',
  'chat.delete',
  'chat.postEphemeral',
  'files.completeUploadExternal',
]);

function toPlatform(server: SlackServer, gateway: WebhookGateway, mode: Mode): ChannelPlatform {
  const dm = server.direct(people.ann);
  const channels: Readonly<Record<Place, string>> = { dm, group: general, thread: general };
  const topic = server.world.nextTs();
  server.world.channels
    .get(general)
    ?.messages.set(topic, { ...rootOf(topic), channel: general, user: people.ben });
  const told = (ts: string, ref: Delivery | undefined): PlatformEvent => ({ messageId: ts, ref });
  const deliveryOf = ({ ref }: PlatformEvent) => ref as Delivery; // ours, from `told`
  return {
    accountId: `${server.team.id}:${server.botUserId}`,
    personId: (person) => people[person],
    chatId: (place) => channels[place],
    target: (place) => ({
      channel: channels[place],
      ...(place === 'thread' && { thread: topic }),
    }),
    say(says) {
      const said = server.say({
        from: people[says.from ?? 'ann'],
        text: says.text,
        ...placeOf(says, topic, server),
        ...(says.mention === true && { mention: true }),
        ...filesOf(says),
      });
      return told(said.ts, said.delivery);
    },
    edit(ts, text) {
      return told(ts, server.editMessage({ channel: dm, ts, text }).delivery);
    },
    press(ts, button) {
      return told(ts, server.press({ from: people.ann, channel: dm, ts, button }).delivery);
    },
    echoOwn() {
      const said = server.say({ from: server.botUserId, channel: general, text: 'mine' });
      return told(said.ts, said.delivery);
    },
    deliverUnreadable: () => told('', server.pushEvent({ type: 'message', channel: 5 })),
    redeliver: (event) => server.sendDuplicate(deliveryOf(event)),
    isAcknowledged: (event) => server.isTaken(deliveryOf(event)),
    visible: (place) =>
      server
        .visible(channels[place], place === 'thread' ? topic : undefined)
        .map(({ ts, shown }) => ({ messageId: ts, text: asMeant(shown) })),
    sentFiles: (place) =>
      server
        .visible(channels[place], place === 'thread' ? topic : undefined)
        .flatMap(({ ts, shown, files }) =>
          files.map(({ name, bytes }) => ({ messageId: ts, text: shown, name, bytes })),
        ),
    visibleCalls: () => server.ledger.filter(({ method }) => visibleMethods.has(method)).length,
    typing: () => 0,
    commands: () => [],
    deleteMessage(place, ts) {
      server.deleteMessage({ channel: channels[place], ts });
    },
    fail(calls, trouble, times = 1) {
      const methods = {
        connect: 'auth.test',
        receive: mode === 'socket' ? 'apps.connections.open' : 'auth.test',
        send: ['chat.postMessage', 'files.completeUploadExternal'],
        edit: 'chat.update',
        typing: 'none',
        fetch: 'file',
      };
      server.fail({ method: methods[calls], times, ...faultOf(trouble) });
    },
    forgetFiles: () => server.forgetFiles(),
    fetches: () => server.calls('file').length,
    revoke: () => server.revokeTokens(),
    dropConnections: () => server.dropConnections(),
    isListening: () =>
      mode === 'socket'
        ? server.socket.connections > 0
        : gateway.isServing() && server.calls('auth.test').some(({ status }) => status === 200),
    waitFor: (predicate, signal) => server.waitFor(predicate, signal),
  };
}

function rootOf(ts: string) {
  const nothing = { threadTs: undefined, botId: undefined, metadata: undefined, edited: undefined };
  return {
    ...nothing,
    ts,
    text: 'A topic',
    mrkdwn: true,
    blocks: [],
    files: [],
    broadcast: false,
    deleted: false,
    onlyFor: undefined,
    reactions: new Map<string, Set<string>>(),
  };
}

/** An answer stands in the thread of what it answers; to one that stands in a thread itself people link. */
function placeOf(
  { in: place = 'dm', from = 'ann', replyTo }: PersonSays,
  topic: string,
  server: SlackServer,
): Partial<SayInput> {
  const channel = place === 'dm' ? server.direct(people[from]) : general;
  const answered = server.world.channels.get(channel)?.messages.get(replyTo ?? '');
  const isRoot = answered !== undefined && answered.threadTs === undefined;
  return {
    channel,
    ...(place === 'thread' && { threadTs: topic }),
    ...(isRoot && { threadTs: answered.ts }),
  };
}

function filesOf({ picture, file }: PersonSays): Pick<SayInput, 'files'> {
  const sent =
    file ?? (picture === true ? { kind: 'picture', bytes: new Uint8Array([1]) } : undefined);
  if (sent === undefined) return {};
  const types = { picture: 'image/png', voice: 'audio/webm', file: 'application/octet-stream' };
  const { name = 'a', mimeType = types[sent.kind] } = file ?? {};
  const one = {
    name,
    mimeType,
    bytes: sent.bytes,
    ...(sent.kind === 'picture' && { width: 10 }),
    voice: sent.kind === 'voice',
  };
  return { files: [one] };
}

/** Slack has no escape: what keeps a character from being a mark is read as nothing, and a stand-in as what it stands for. */
function asMeant(text: string): string {
  return text.replaceAll('\u200A', '').replaceAll('ˋ', '`');
}

function faultOf(trouble: Trouble): Pick<Fault, 'act' | 'when'> {
  const faults: Readonly<Record<Trouble, Pick<Fault, 'act' | 'when'>>> = {
    'rate-limited': { act: { error: 'ratelimited', retryAfter: 7 } },
    'server-error': { act: { status: 503, body: '<html>' } },
    'cut-before': { act: 'cut' },
    'cut-after': { act: 'cut', when: 'after' },
    blocked: { act: { error: 'restricted_action' } },
    invalid: { act: { error: 'invalid_arguments', messages: ['[ERROR] no [json-pointer:/text]'] } },
    auth: { act: { error: 'token_revoked' } },
    formatting: { act: { error: 'invalid_blocks' } },
    hang: { act: 'hang' },
  };
  return faults[trouble];
}

function delivery(
  server: SlackServer,
  kind: Parameters<NonNullable<ChannelFixture['delivery']>>[0],
): Request {
  const event = {
    type: 'message',
    channel: server.direct(people.ann),
    channel_type: 'im',
    user: people.ann,
    text: 'hi',
    ts: longAgo,
  };
  const whole = JSON.stringify({ type: 'event_callback', team_id: server.team.id, event });
  const bodies = { 'not-json': 'not json', huge: `{"x":"${'y'.repeat(2_000_000)}"}` };
  const body = kind === 'not-json' || kind === 'huge' ? bodies[kind] : whole;
  const signed = server.sign(kind === 'wrong-secret' ? `${body} ` : body);
  return new Request('http://gateway.test/hooks/slack/main', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...(kind !== 'no-secret' && signed) },
  });
}
