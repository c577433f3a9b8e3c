import type { ChannelInbound, Door, OutboundPart, SendRequest } from '@cuttle/core-types/ports';
import {
  createInstantClock,
  createRecordingDoor,
  type InstantClock,
} from '@cuttle/testkit/channel-contract';
import { openSlackServer, type SlackServer, type SlackServerOptions } from '@cuttle/testkit/slack';
import { describe, expect, it } from 'vitest';
import { createSlackChannel } from './channel.ts';
import { type Decoded, decodeCallback, decodeCommand, type Setting } from './decode.ts';
import { SlackOptions } from './options.ts';
import { runSocket } from './socket.ts';
import { parseAddress } from './target.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const quiet = (): void => {};

const setting: Setting = {
  self: {
    userId: 'U0US',
    botId: 'B0US',
    teamId: 'T0US',
    enterpriseId: undefined,
    name: 'cuttle',
  },
  names: new Map([['U0ANN', { name: 'Ann', username: 'ann', isBot: false }]]),
  options: { replyIn: 'channel', slashCommand: '/cuttle', reactionNotifications: 'own' },
  now: 1_800_000_000_000,
};

const said = {
  type: 'message',
  channel: 'C0ALL',
  channel_type: 'channel',
  user: 'U0ANN',
  text: 'hi',
  ts: '1800000000.000100',
};

function callback(event: object, more: object = {}): object {
  return { type: 'event_callback', team_id: 'T0US', event_id: 'Ev1', event, ...more };
}

function eventOf(decoded: Decoded): ChannelInbound {
  if (decoded.kind !== 'event') throw new Error(`It was ignored: ${decoded.reason}`);
  return decoded.event;
}

const decode = (event: object, own = setting): ChannelInbound =>
  eventOf(decodeCallback(callback({ ...said, ...event }), own));

describe('an event', () => {
  it('that comes as a mention too is the same', () => {
    const text = '<@U0US>: what now?';
    const { channel_type: _, ...mention } = { ...said, text, type: 'app_mention' };
    const [message, mentioned] = [
      decode({ text }),
      eventOf(decodeCallback(callback(mention), setting)),
    ];
    expect(mentioned).toEqual(message);
    expect(message).toMatchObject({
      externalId: 'C0ALL:1800000000.000100',
      text: 'what now?',
      mentioned: true,
      sender: { id: 'U0ANN', name: 'Ann', username: 'ann', isBot: false },
    });
  });

  it.each([
    ['a &lt; b &amp;&amp; c', 'a < b && c'],
    ['<@U0ANN> and <@U0ELSE> and <@U0ELSE|Eve>', '@Ann and @U0ELSE and @Eve'],
    ['ask <@U0US>', 'ask @cuttle'],
    ['<#C0X|help> <#C0Y|> <!here> <!subteam^S1|@team>', '#help #C0Y @here @team'],
    [
      '<https://a.example> <https://a.example|words>',
      'https://a.example [words](https://a.example)',
    ],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example'],
    ['<!date^1700000000^{date}|yesterday>', 'yesterday'],
  ])('says %j in words', (text, words) => {
    expect(decode({ text }).text).toBe(words);
  });

  it('of another app is of a bot, and says what it attaches', () => {
    const attachments = [
      { title: 'Build', text: 'failed' },
      { from_url: 'https://a.example', text: 'x' },
    ];
    const event = decode({
      user: undefined,
      bot_id: 'B1',
      username: 'CI',
      text: '',
      attachments,
      subtype: 'bot_message',
    });
    expect(event).toMatchObject({
      sender: { id: 'B1', name: 'CI', isBot: true },
      text: 'Build\nfailed',
    });
  });

  it('begins a thread of its own where channels are answered in threads', () => {
    const own: Setting = { ...setting, options: { ...setting.options, replyIn: 'thread' } };
    const root = decode({}, own);
    expect(root.target).toEqual({ channel: 'C0ALL', thread: said.ts });
    const reply = decode(
      { ts: '1800000000.000200', thread_ts: said.ts, parent_user_id: 'U0US' },
      own,
    );
    expect(reply.chat).toEqual(root.chat);
    expect(reply.replyToUs).toBe(true);
    expect(decode({ channel: 'D0ANN', channel_type: 'im' }, own).target).toEqual({
      channel: 'D0ANN',
    });
  });

  const reacted = {
    type: 'reaction_added',
    user: 'U0ANN',
    reaction: 'eyes',
    item_user: 'U0US',
    item: { type: 'message', channel: 'C0ALL', ts: said.ts },
    event_ts: '1800000001.000100',
  };
  it('of a reaction to ours tells it where the owner wants that', () => {
    expect(eventOf(decodeCallback(callback(reacted), setting))).toMatchObject({
      kind: 'reaction',
      reaction: 'eyes',
      messageId: said.ts,
      sender: { id: 'U0ANN', name: 'Ann' },
      replyToUs: true,
    });
    const options = { ...setting.options, reactionNotifications: 'off' } as const;
    expect(decodeCallback(callback(reacted), { ...setting, options })).toEqual({
      kind: 'ignored',
      reason: 'other-kind',
    });
  });

  const changed = (message: object, text = 'hi'): object => ({
    type: 'message',
    subtype: 'message_changed',
    channel: 'C0ALL',
    message: { ...said, ...message },
    previous_message: { text },
  });
  const other = { authorizations: [{ team_id: 'T0ELSE', user_id: 'U0ELSE' }] };
  const ignored: readonly (readonly [string, object, string])[] = [
    ['our own words', callback({ ...said, user: 'U0US' }), 'own'],
    ["our bot's words", callback({ ...said, bot_id: 'B0US' }), 'own'],
    ['somebody who joined', callback({ ...said, subtype: 'channel_join' }), 'service'],
    ['the preview of a link', callback(changed({})), 'service'],
    ['a preview in an old edit', callback(changed({ edited: { ts: '1' } })), 'service'],
    ['another workspace', callback(said, other), 'other-team'],
    [
      'another workspace, as older apps are told',
      callback(said, { team_id: 'T0ELSE' }),
      'other-team',
    ],
    ['a reaction to others', callback({ ...reacted, item_user: 'U0ANN' }), 'service'],
    ['our own reaction', callback({ ...reacted, user: 'U0US' }), 'own'],
    ['somebody who joined the workspace', callback({ type: 'team_join' }), 'other-kind'],
  ];
  it.each(ignored)('that is %s is none', (_title, raw, reason) => {
    expect(decodeCallback(raw, setting)).toEqual({ kind: 'ignored', reason });
  });

  it('of an organisation is taken for the whole of it, and kept whole where nobody can read it', () => {
    const self = { ...setting.self, teamId: 'E0ORG', enterpriseId: 'E0ORG' };
    const authorizations = [{ enterprise_id: 'E0ORG', team_id: null, user_id: 'U0US' }];
    const raw = callback({ ...said, user: 'W0ANN' }, { team_id: 'T0ELSE', authorizations });
    expect(eventOf(decodeCallback(raw, { ...setting, self })).sender.id).toBe('W0ANN');
    for (const broken of [null, 'x', {}, callback({ type: 'message', channel: 5 })])
      expect(eventOf(decodeCallback(broken, setting))).toMatchObject({ kind: 'unparsed' });
  });
});

describe('a slash command', () => {
  const given = {
    command: '/cuttle',
    text: '',
    user_id: 'U0ANN',
    channel_id: 'C0ALL',
    trigger_id: '1.2.x',
  };
  it.each([
    ['/cuttle', 'status', '/status'],
    ['/cuttle', ' /model  a/b ', '/model  a/b'],
    ['/cuttle', '', '/help'],
    ['/reset', 'now', '/reset now'],
  ])('%s %j is %s', (command, text, words) => {
    const event = eventOf(decodeCommand({ ...given, command, text }, setting));
    expect(event).toMatchObject({ text: words, externalId: 'command:1.2.x', mentioned: true });
    expect(event.command?.name).toBe(/\w+/.exec(words)?.[0]);
  });
});

it.each([
  ['C0ALL', { channel: 'C0ALL' }, true],
  ['<#C0ALL|all>', { channel: 'C0ALL' }, true],
  ['D0ANN', { channel: 'D0ANN' }, false],
  ['@W0ANN', { channel: 'W0ANN' }, false],
  ['C0ALL:1800000000.000100', { channel: 'C0ALL', thread: '1800000000.000100' }, true],
])('reads %s as an address', (text, target, group) => {
  expect(parseAddress(text)).toMatchObject({ target, group });
});
it.each(['', '#general', 'c0all', 'C0ALL:soon', '@U0ANN:1800000000.000100'])(
  'reads %j as none',
  (text) => {
    expect(parseAddress(text)).toBeUndefined();
  },
);

it.each([
  [{ botToken: 'xoxb-1' }, 'signingSecret'],
  [{ botToken: 'xoxb-1', mode: 'socket', signingSecret: 'x' }, 'appToken'],
  [{ botToken: 'xapp-1', appToken: 'xapp-1' }, 'xoxb-'],
  [{ botToken: 'xoxb-1', appToken: 'xoxb-1' }, 'xapp-'],
])('asks for what %j lacks', (raw, what) => {
  expect(JSON.stringify(SlackOptions.safeParse(raw).error?.issues)).toContain(what);
});

interface Scene extends AsyncDisposable {
  readonly server: SlackServer;
  readonly ann: string;
  readonly dm: string;
  readonly clock: InstantClock;
  open(more?: object): ReturnType<typeof createSlackChannel>;
}

async function openScene(
  options: SlackServerOptions = {},
  clock = createInstantClock(Date.now()),
): Promise<Scene> {
  const server = await openSlackServer(options);
  const ann = server.user({ name: 'ann', realName: 'Ann' });
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const { botToken, appToken, apiUrl } = server;
  return {
    server,
    ann,
    clock,
    dm: server.direct(ann),
    open: (more = { appToken }) =>
      createSlackChannel(SlackOptions.parse({ botToken, apiUrl, ...more }), {
        fetch,
        clock,
        log,
        random: () => 0,
      }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function requestOf(
  channel: ReturnType<Scene['open']>,
  text: string,
  more: Partial<SendRequest> & Pick<SendRequest, 'target'>,
): SendRequest {
  const [part] = channel.render({ text });
  if (part === undefined) throw new Error('Nothing was rendered');
  return { kind: 'send', part, idempotencyKey: 'row-1', ...more };
}

/** What arrives at a door while `act` runs. */
async function receive(
  channel: ReturnType<Scene['open']>,
  act: (door: ReturnType<typeof createRecordingDoor>) => Promise<unknown>,
): Promise<readonly ChannelInbound[]> {
  const stop = new AbortController();
  const door = createRecordingDoor();
  const receiving = Promise.allSettled([channel.receive(door, stop.signal)]);
  await act(door);
  stop.abort(new Error('enough'));
  await receiving;
  return door.accepted;
}

describe('a send that may have come to be', () => {
  it.each(['channel', 'thread'])('is found again in the %s by another process', async (place) => {
    await using scene = await openScene();
    const { server, ann } = scene;
    const channel = server.channel({ name: 'all', members: [ann] });
    const { ts } = server.say({ from: ann, channel, text: 'a question' });
    const target = { channel, ...(place === 'thread' && { thread: ts }) };
    server.fail({ method: 'chat.postMessage', when: 'after', act: 'cut' });
    const first = scene.open();
    const request = requestOf(first, 'the **answer**', { target });
    const since = Date.now();
    await expect(first.send(request, soon())).rejects.toMatchObject({
      code: 'channel.unavailable',
    });
    // More than a page of others lies above it.
    for (let others = 0; others < 250; others += 1)
      server.say({ from: ann, channel, text: 'x', ...(place === 'thread' && { threadTs: ts }) });
    const later = scene.open();
    const receipt = await later.send({ ...request, repeats: { since } }, soon());
    const [sent, ...more] = server.visible(channel, place === 'thread' ? ts : undefined);
    expect([sent?.ts, sent?.shown, more]).toEqual([receipt.messageId, 'the answer', []]);
  });

  it('is sent where it is not found', async () => {
    await using scene = await openScene();
    const channel = scene.open();
    const request = requestOf(channel, 'new', { target: { channel: scene.dm } });
    await channel.send({ ...request, repeats: { since: Date.now() } }, soon());
    expect(scene.server.visible(scene.dm)).toMatchObject([{ shown: 'new' }]);
  });

  it.each(['fatal_error', 'internal_error'])('is one that Slack ends with %s', async (word) => {
    await using scene = await openScene();
    const channel = scene.open();
    const request = requestOf(channel, 'x', { target: { channel: scene.dm } });
    scene.server.fail({ method: 'chat.postMessage', when: 'after', act: { error: word } });
    const [outcome] = await Promise.allSettled([channel.send(request, soon())]);
    expect(outcome).toMatchObject({ reason: { code: 'channel.unavailable' } });
    expect(outcome).not.toMatchObject({ reason: { details: { reached: false } } });
    await channel.send(request, soon());
    expect(scene.server.visible(scene.dm)).toHaveLength(1);
  });
});

it('declares no more for a conversation than Slack lets through at once and in the long run', async () => {
  const clock = createInstantClock();
  await using scene = await openScene({ limits: true, now: clock.now }, clock);
  const channel = scene.open();
  const { perSecond, perConversation } = channel.limits;
  const rules = [
    { count: perSecond, windowMs: 1000 },
    ...(perConversation ? [perConversation] : []),
  ];
  const sentAt: number[] = [];
  for (let index = 0; index < 40; index += 1) {
    const dueAt = rules.map(({ count, windowMs }) => (sentAt.at(-count) ?? -Infinity) + windowMs);
    await clock.sleep(Math.max(0, Math.max(...dueAt) - clock.now()), soon());
    const more = { target: { channel: scene.dm }, idempotencyKey: `${index}` };
    await channel.send(requestOf(channel, 'x', more), soon());
    sentAt.push(clock.now());
  }
  expect(scene.server.visible(scene.dm)).toHaveLength(40);
});

it('writes to a person, and edits there', async () => {
  await using scene = await openScene();
  const channel = scene.open();
  const target = { channel: scene.ann };
  const receipt = await channel.send(requestOf(channel, 'one', { target }), soon());
  await channel.send(requestOf(channel, 'two', { target, kind: 'edit', receipt }), soon());
  expect(scene.server.visible(scene.dm)).toMatchObject([{ shown: 'two' }]);
});

it('reacts, takes that back, and does each once', async () => {
  await using scene = await openScene();
  const { server, ann, dm } = scene;
  const { ts } = server.say({ from: ann, text: 'hi' });
  const { reactions, send } = scene.open();
  const reactionsNow = () => [
    ...(server.world.channels.get(dm)?.messages.get(ts)?.reactions.keys() ?? []),
  ];
  const act = async (part: OutboundPart | undefined): Promise<void> => {
    if (part === undefined) throw new Error('Slack has this emoji');
    const request = { kind: 'send', part, target: { channel: dm }, idempotencyKey: 'k' } as const;
    expect((await send(request, soon())).messageId).toBe(ts);
  };
  for (const _ of [1, 2]) await act(reactions?.mark(ts, '👀'));
  expect(reactionsNow()).toEqual(['eyes']);
  for (const _ of [1, 2]) await act(reactions?.unmark(ts, ':eyes:'));
  expect(reactionsNow()).toEqual([]);
  expect(reactions?.mark(ts, '🦩')).toBeUndefined();
});

it('answers a slash command in a channel so that only its giver sees it', async () => {
  await using scene = await openScene();
  const { server, ann } = scene;
  const general = server.channel({ name: 'all', members: [ann] });
  const channel = scene.open();
  const [event] = await receive(channel, async (door) => {
    const command = server.command({
      from: ann,
      channel: general,
      command: '/cuttle',
      text: 'status',
    });
    await door.waitForAccepted(1, soon());
    await server.waitFor(() => server.isTaken(command), soon());
  });
  const replyTo = event?.messageId;
  for (const answer of [
    { text: 'All is well', notice: 'system', replyTo },
    { text: 'Aloud', replyTo },
  ])
    for (const part of channel.render(answer)) {
      const target = event?.target ?? null;
      await channel.send({ kind: 'send', part, target, idempotencyKey: part.text }, soon());
    }
  expect(server.visible(general)).toMatchObject([
    { shown: 'All is well', onlyFor: ann },
    { shown: 'Aloud', onlyFor: undefined },
  ]);
});

it('takes the words where Slack refuses the buttons around them', async () => {
  await using scene = await openScene();
  const channel = scene.open();
  const buttons = [[{ label: 'Go', token: 'go' }]];
  const [part] = channel.render({ text: '1 < **2**', buttons });
  if (part === undefined) throw new Error('Nothing was rendered');
  scene.server.fail({ method: 'chat.postMessage', act: { error: 'invalid_blocks' } });
  const target = { channel: scene.dm };
  await channel.send({ kind: 'send', part, target, idempotencyKey: 'k' }, soon());
  expect(scene.server.visible(scene.dm)).toMatchObject([{ shown: '1 < 2', blocks: [] }]);
});

describe('people', () => {
  it('are asked for once, and speak without a name where the app may not ask', async () => {
    await using scene = await openScene();
    const { server, ann, dm } = scene;
    const say = (text: string) => server.say({ from: ann, text });
    const known = await receive(scene.open(), async (door) => {
      say('one');
      say('two');
      await door.waitForAccepted(2, soon());
    });
    expect(known.map(({ sender }) => sender.name)).toEqual(['ann', 'ann']);
    expect(server.calls('users.info')).toHaveLength(1);
    server.setScopes(['connections:write', 'chat:write']);
    const [unknown] = await receive(scene.open(), async (door) => {
      say('three');
      await door.waitForAccepted(1, soon());
    });
    expect(unknown).toMatchObject({ sender: { id: ann }, chat: { id: dm } });
    expect(unknown?.sender.name).toBeUndefined();
  });
});

it('asks for no more names than Slack allows, and takes in what they say without them', async () => {
  await using scene = await openScene({ limits: true, now: () => Date.UTC(2026, 0, 1) });
  const { server } = scene;
  const events = await receive(scene.open(), async (door) => {
    for (let index = 0; index < 150; index += 1)
      server.say({ from: server.user({ name: `person-${index}` }), text: 'hi' });
    await door.waitForAccepted(150, soon());
  });
  expect(events).toHaveLength(150);
  expect(server.calls('users.info').every(({ error }) => error === undefined)).toBe(true);
  expect(server.calls('users.info').length).toBeLessThanOrEqual(50);
});

it('says which scope is missing', async () => {
  await using scene = await openScene({ scopes: ['connections:write'] });
  const channel = scene.open();
  const request = requestOf(channel, 'x', { target: { channel: scene.dm } });
  await expect(channel.send(request, soon())).rejects.toMatchObject({
    code: 'channel.invalid',
    message: expect.stringContaining('chat:write'),
    hint: expect.stringContaining('OAuth & Permissions'),
  });
});

it('reads no file from an address that is not theirs', async () => {
  await using scene = await openScene();
  const { server, ann } = scene;
  server.say({ from: ann, text: 'look', files: [{ bytes: new Uint8Array([1]) }] });
  const [id = ''] = server.world.files.keys();
  const asked: string[] = [];
  const lying: typeof fetch = async (url, init) => {
    const response = await fetch(url, init);
    asked.push(response.url);
    const text = (await response.text()).replaceAll(
      /http:[^"]*files-pri/g,
      'https://slack.com.example/f',
    );
    return new Response(text, response);
  };
  const { botToken, appToken, apiUrl } = server;
  const { clock } = scene;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const options = SlackOptions.parse({ botToken, appToken, apiUrl });
  const channel = createSlackChannel(options, { fetch: lying, clock, log, random: () => 0 });
  const reading = channel.media?.fetch({ ref: { fileId: id }, maxBytes: 10 }, soon());
  await expect(reading).rejects.toMatchObject({ code: 'media.gone' });
  expect(asked).toHaveLength(1);
});

describe('Socket Mode', () => {
  it('comes back at once where Slack asks for it, and hears what was said meanwhile', async () => {
    await using scene = await openScene();
    const { server, ann, clock } = scene;
    const heard = await receive(scene.open(), async (door) => {
      for (const [at, ask] of (['warn', 'refresh'] as const).entries()) {
        await server.waitFor(() => server.socket.hellos === at + 1, soon());
        server.socket[ask]();
        server.say({ from: ann, text: ask });
        await server.waitFor(() => server.socket.hellos === at + 2, soon());
      }
      await door.waitForAccepted(2, soon());
    });
    expect(new Set(heard.map(({ text }) => text))).toEqual(new Set(['warn', 'refresh']));
    expect(clock.sleeps).toEqual([]);
  });

  it('that is switched off says where to switch it on', async () => {
    await using scene = await openScene();
    const { server } = scene;
    const receiving = scene.open().receive(createRecordingDoor(), soon());
    await server.waitFor(() => server.socket.connections === 1, soon());
    server.socket.disable();
    await expect(receiving).rejects.toMatchObject({
      code: 'channel.auth',
      hint: expect.stringContaining('Socket Mode'),
    });
  });

  it('without its scope says which', async () => {
    await using scene = await openScene({ scopes: ['chat:write'] });
    const receiving = scene.open().receive(createRecordingDoor(), soon());
    await expect(receiving).rejects.toMatchObject({
      code: 'channel.auth',
      hint: expect.stringContaining('connections:write'),
    });
  });

  it('ends a connection that died unseen, and takes frames of any kind', async () => {
    await using scene = await openScene({ pingMs: 5 });
    const { server } = scene;
    const answer = await fetch(`${server.apiUrl}apps.connections.open`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.appToken}` },
    });
    const { url } = (await answer.json()) as { url: string }; // as the Web API answers
    let ready = 0;
    const connection = {
      url,
      silenceMs: 40,
      onReady: () => void (ready += 1),
      onPayload: () => Promise.resolve(),
    };
    const running = runSocket(connection, soon());
    await server.waitFor(() => server.socket.connections === 1, soon());
    for (const frame of ['{', '[]', '{"type":5}', '{"type":"poem","envelope_id":"e"}'])
      server.socket.sendRaw(frame);
    server.socket.freeze();
    expect(await running).toEqual({ reason: 'nothing came any more', asked: false });
    expect(ready).toBe(1);
  });

  it('takes an event that is told again while it waits as one', async () => {
    await using scene = await openScene({ answerWithinMs: 5, retryMs: [1] });
    const { server, ann } = scene;
    const heard = await receive(scene.open(), async (door) => {
      const release = door.hold();
      const { delivery } = server.say({ from: ann, text: 'slow' });
      await server.waitFor(() => server.attempts.length >= 3, soon());
      expect(door.offered).toHaveLength(1);
      release();
      await server.waitFor(() => delivery && server.isTaken(delivery), soon());
    });
    expect(new Set(heard.map(({ externalId }) => externalId)).size).toBe(1);
  });
});

describe('events by HTTP', () => {
  async function post(
    scene: Scene,
    body: string,
    {
      type = 'application/json',
      age = 0,
      door = createRecordingDoor(),
    }: { type?: string; age?: number; door?: Door } = {},
  ): Promise<Response> {
    const { signingSecret } = scene.server;
    const channel = scene.open({ signingSecret });
    const seconds = Math.floor(scene.clock.now() / 1000) - age;
    const headers = { 'content-type': type, ...scene.server.sign(body, seconds) };
    const request = new Request('http://gateway.test/', { method: 'POST', body, headers });
    if (channel.webhook === undefined) throw new Error('It is called by HTTP');
    return channel.webhook.receive(request, door, soon());
  }
  const form = 'application/x-www-form-urlencoded';

  it('answers the handshake and notes, and refuses what is too old or made up', async () => {
    await using scene = await openScene();
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'abc' });
    expect(await (await post(scene, challenge)).text()).toBe('abc');
    expect((await post(scene, '{"type":"app_rate_limited"}')).status).toBe(200);
    expect((await post(scene, '{"type":"url_verification"}')).status).toBe(400);
    expect((await post(scene, 'payload=no', { type: form })).status).toBe(400);
    for (const age of [301, -301])
      await expect(post(scene, challenge, { age })).rejects.toMatchObject({
        code: 'access.unauthenticated',
      });
  });

  it('takes presses and commands as forms, and leaves dialogs alone', async () => {
    await using scene = await openScene();
    const { ann, dm } = scene;
    const door = createRecordingDoor();
    const press = {
      type: 'block_actions',
      user: { id: ann, username: 'ann' },
      container: { channel_id: dm, message_ts: said.ts },
      actions: [{ type: 'button', value: 'yes', action_ts: '1800000001.000100' }],
    };
    const bodies = [
      { payload: JSON.stringify(press) },
      { payload: '{"type":"view_submission"}' },
      { command: '/cuttle', text: 'status', user_id: ann, channel_id: dm, trigger_id: 't1' },
    ].map((fields) => new URLSearchParams(fields).toString());
    for (const body of bodies)
      expect((await post(scene, body, { type: form, door })).status).toBe(200);
    expect(door.accepted).toMatchObject([
      { kind: 'button', buttonToken: 'yes', messageId: said.ts, chat: { id: dm, kind: 'dm' } },
      { kind: 'message', text: '/status' },
    ]);
  });
});
