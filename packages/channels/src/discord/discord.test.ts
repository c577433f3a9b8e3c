import type { Channel, ChannelInbound, OutboundPart } from '@cuttle/core-types/ports';
import {
  createInstantClock,
  createMemoryCheckpoint,
  createRecordingDoor,
  type InstantClock,
  type MemoryCheckpoint,
  type RecordingDoor,
} from '@cuttle/testkit/channel-contract';
import {
  type DiscordServer,
  type DiscordServerOptions,
  openDiscordServer,
} from '@cuttle/testkit/discord';
import { describe, expect, it } from 'vitest';
import { createDiscordChannel } from './channel.ts';
import { DiscordOptions } from './options.ts';
import { DiscordCheckpoint } from './progress.ts';
import { parseAddress } from './target.ts';

const soon = (): AbortSignal => AbortSignal.timeout(8000);

interface Bench extends AsyncDisposable {
  readonly server: DiscordServer;
  readonly clock: InstantClock;
  readonly warnings: string[];
  readonly checkpoint: MemoryCheckpoint;
  readonly ann: string;
  readonly dm: string;
  open(more?: object): Channel;
  start(channel?: Channel, door?: RecordingDoor): Receiving;
}

interface Receiving {
  readonly door: RecordingDoor;
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

async function openBench(
  options: DiscordServerOptions = {},
  clock = createInstantClock(Date.now()),
): Promise<Bench> {
  const server = await openDiscordServer(options);
  const checkpoint = createMemoryCheckpoint();
  const warnings: string[] = [];
  const quiet = (): void => {};
  const note = (message: string): void => void warnings.push(message);
  const log = { debug: quiet, info: quiet, warn: note, error: note };
  const ann = server.user({ globalName: 'Ann' });
  const open = (more: object = {}): Channel =>
    createDiscordChannel(
      DiscordOptions.parse({ token: server.token, restUrl: server.restUrl, ...more }),
      { fetch, clock, log, random: () => 0.5 },
    );
  return {
    server,
    clock,
    warnings,
    checkpoint,
    ann,
    dm: server.direct(ann),
    open,
    start(channel = open(), door = createRecordingDoor()) {
      const stop = new AbortController();
      const accept: RecordingDoor['accept'] = (event, signal) => door.accept(event, signal);
      const ended = channel
        .receive({ accept, checkpoint }, stop.signal)
        .catch((error: unknown) => error);
      return {
        door,
        ended,
        async stop() {
          stop.abort(new Error('stopped'));
          await ended;
        },
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Resolves when the row says that a session was begun. */
function untilBegun({ checkpoint }: Bench): Promise<unknown> {
  return checkpoint.waitFor(() => stored(checkpoint)?.session, soon());
}

function stored(checkpoint: MemoryCheckpoint): DiscordCheckpoint | undefined {
  return DiscordCheckpoint.safeParse(checkpoint.value).data;
}

function onePart(channel: Channel, text: string): OutboundPart {
  const [part] = channel.render({ text });
  if (part === undefined) throw new Error('Nothing was rendered');
  return part;
}

const textsOf = (door: RecordingDoor): string[] => door.accepted.map(({ text }) => text);

describe('receiving from Discord', () => {
  it('asks for the words of messages, and for less where it is told to', async () => {
    await using bench = await openBench();
    for (const messageContent of [true, false]) {
      const { stop } = bench.start(
        bench.open({ messageContent, presence: { activity: 'Thinking' } }),
      );
      const count = messageContent ? 1 : 2;
      await bench.server.waitFor(() => bench.server.gateway.identifies.length >= count, soon());
      await stop();
      await bench.checkpoint.put(null);
    }
    expect(
      bench.server.gateway.identifies.map(({ intents }) => (intents & (1 << 15)) !== 0),
    ).toEqual([true, false]);
    expect(bench.server.gateway.identifies[0]?.presence).toMatchObject({
      status: 'online',
      activities: [{ type: 4, state: 'Thinking' }],
    });
  });

  it('hears what is put under messages where it is told to, each once', async () => {
    await using bench = await openBench();
    const { server, ann, dm } = bench;
    const { door, stop } = bench.start(bench.open({ reactionNotifications: 'own' }));
    await untilBegun(bench);
    const { messageId } = server.say({ from: ann, text: 'one' });
    await door.waitForAccepted(1, soon());
    const react = { from: ann, channel: dm, messageId };
    server.react({ ...react, emoji: '🎉' });
    server.react({ ...react, emoji: '🎉', remove: true });
    server.say({ from: ann, text: 'two' });
    await door.waitForAccepted(3, soon());
    await stop();
    expect(door.accepted.slice(1)).toMatchObject([
      { kind: 'reaction', reaction: '🎉', messageId, sender: { id: ann }, chat: { kind: 'dm' } },
      { kind: 'message', text: 'two' },
    ]);
  });

  it('opens a form for words where a button asks for them, and takes them as said', async () => {
    await using bench = await openBench();
    const { server, ann, dm } = bench;
    const channel = bench.open();
    const action = channel.actions?.find(({ name }) => name === 'ask');
    const input = { text: 'How was it?', question: 'Your words', button: 'Write' };
    const part = action?.render(action.input.parse(input), {});
    if (part === undefined) throw new Error('Nothing was rendered');
    const request = { kind: 'send', target: { channelId: dm }, part, idempotencyKey: 'k' } as const;
    const { messageId } = await channel.send(request, soon());
    const { door, stop } = bench.start(channel);
    await untilBegun(bench);
    const press = server.press({ from: ann, channel: dm, messageId, button: 'Write' });
    const opened = server.interactions.get(press.interactionId);
    await server.waitFor(() => opened?.answer !== undefined, soon());
    expect(opened?.answer).toMatchObject({ type: 9, data: { title: 'Your words' } });
    const { interactionId } = press;
    const sent = server.submit({ interactionId, values: { words: '/stop was it good' } });
    await door.waitForAccepted(1, soon());
    await server.waitFor(
      () => server.interactions.get(sent.interactionId)?.answer?.type === 6,
      soon(),
    );
    await stop();
    expect(door.accepted).toMatchObject([
      { kind: 'message', text: 'stop was it good', messageId, sender: { id: ann } },
    ]);
    expect(door.accepted[0]?.command).toBeUndefined();
  });

  it('reads the beginning of a post of a forum with its title and tags', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const guild = server.guild({ members: [ann] });
    const forum = server.channel({ guild, type: 'forum', name: 'help' });
    const { door, stop } = bench.start();
    await untilBegun(bench);
    const [bug, odd] = ['700000000000000001', '700000000000000002'];
    const tags = { available_tags: [{ id: bug, name: 'bug' }] };
    server.push('CHANNEL_UPDATE', { id: forum, type: 15, guild_id: guild, ...tags });
    const post = { id: '800000000000000001', type: 11, guild_id: guild, parent_id: forum };
    server.push('THREAD_CREATE', { ...post, name: 'It burns', applied_tags: [bug, odd] });
    const author = { id: ann, username: 'ann' };
    const said = { channel_id: post.id, guild_id: guild, author, type: 0 };
    server.push('MESSAGE_CREATE', { ...said, id: post.id, content: 'All of it.' });
    server.push('MESSAGE_CREATE', { ...said, id: '800000000000000002', content: 'Still.' });
    await door.waitForAccepted(2, soon());
    await stop();
    expect(textsOf(door)).toEqual(['It burns #bug\n\nAll of it.', 'Still.']);
    expect(door.accepted[0]?.chat).toMatchObject({ id: forum, threadId: post.id });
  });

  it('tells what a message answers', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const { door, stop } = bench.start();
    await untilBegun(bench);
    const { messageId } = server.say({ from: ann, text: 'A plan' });
    server.say({ from: ann, text: 'That one', replyTo: messageId });
    await door.waitForAccepted(2, soon());
    await stop();
    expect(door.accepted[0]?.quoted).toBeUndefined();
    expect(door.accepted[1]).toMatchObject({ quoted: { text: 'A plan', from: 'Ann' } });
  });

  it('says what to switch on where an intent is refused', async () => {
    await using bench = await openBench({ privilegedIntents: [] });
    const { ended } = bench.start();
    const failure = await ended;
    expect(failure).toMatchObject({ code: 'channel.auth', details: { close: 4014 } });
    expect(String((failure as { hint?: string }).hint)).toContain('Message Content Intent'); // a CuttleError, as seen above
  });

  it('goes on in a new process where the last one had read to', async () => {
    await using bench = await openBench();
    const { server } = bench;
    const first = bench.start();
    await untilBegun(bench);
    server.say({ from: bench.ann, text: 'one' });
    await first.door.waitForAccepted(1, soon());
    await first.stop();
    server.say({ from: bench.ann, text: 'two' });
    const second = bench.start();
    await second.door.waitForAccepted(1, soon());
    await second.stop();
    expect(textsOf(second.door)).toEqual(['two']);
    expect(server.sessions).toHaveLength(1);
    expect(server.gateway.resumes.at(-1)?.seq).toBeGreaterThan(1);
  });

  it('reads the history where the session is gone: private channels, channels, threads, in order and once', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const guild = server.guild({ members: [ann] });
    const general = server.channel({ guild });
    const thread = server.thread({ parent: general });
    const first = bench.start();
    await untilBegun(bench);
    server.say({ from: ann, text: 'known' });
    await first.door.waitForAccepted(1, soon());
    await first.stop();
    for (let count = 0; count < 120; count += 1) server.say({ from: ann, text: `missed ${count}` });
    server.say({ from: ann, channel: general, text: 'missed here' });
    server.say({ from: ann, channel: thread, text: 'missed there' });
    server.expireSessions();
    const second = bench.start();
    await second.door.waitForAccepted(122, soon());
    server.say({ from: ann, text: 'after' });
    await second.door.waitForAccepted(123, soon());
    await second.stop();
    const direct = second.door.accepted.filter(({ chat }) => chat.id === bench.dm);
    expect(direct.map(({ text }) => text)).toEqual([
      ...Array.from({ length: 120 }, (_, count) => `missed ${count}`),
      'after',
    ]);
    expect(second.door.accepted.find(({ text }) => text === 'missed there')?.chat).toMatchObject({
      id: general,
      threadId: thread,
    });
    const third = bench.start();
    server.say({ from: ann, text: 'last' });
    await third.door.waitForAccepted(1, soon());
    await third.stop();
    expect(textsOf(third.door)).toEqual(['last']);
  });

  it('reads no history at its first start, nor of a guild it came into later', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const old = server.channel({ guild: server.guild() });
    server.say({ from: ann, channel: old, text: 'before' });
    const { door, stop } = bench.start();
    await untilBegun(bench);
    const guild = server.guild();
    const channel = server.channel({ guild });
    server.say({ from: ann, channel, text: 'now' });
    await door.waitForAccepted(1, soon());
    await stop();
    expect(textsOf(door)).toEqual(['now']);
    expect(server.calls('GET', '/channels/:channel/messages')).toEqual([]);
  });

  it('loses nothing that was killed between the event and its commit', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const first = bench.start();
    await untilBegun(bench);
    first.door.hold();
    server.say({ from: ann, text: 'in flight' });
    await first.door.waitForOffered(1, soon());
    // What a kill leaves: the row as it was, and a session that Discord may forget.
    const row = bench.checkpoint.value;
    await first.stop();
    expect(bench.checkpoint.value).toEqual(row);
    const second = bench.start();
    await second.door.waitForAccepted(1, soon());
    await second.stop();
    expect(textsOf(second.door)).toEqual(['in flight']);
  });

  it.each([
    ['asked to reconnect', (server: DiscordServer) => server.gateway.reconnect()],
    [
      'told that its session is invalid for now',
      (server: DiscordServer) => server.gateway.invalidate('resumable'),
    ],
    [
      'told that its session is over',
      (server: DiscordServer) => server.gateway.invalidate('ended'),
    ],
    ['closed for a fault of the server', (server: DiscordServer) => server.gateway.close(4000)],
    ['closed for a session that timed out', (server: DiscordServer) => server.gateway.close(4009)],
    ['cut', (server: DiscordServer) => server.gateway.cut()],
  ])('goes on after it was %s', async (_what, act) => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const { door, stop } = bench.start();
    await untilBegun(bench);
    server.say({ from: ann, text: 'before' });
    await door.waitForAccepted(1, soon());
    const connected = server.gateway.identifies.length + server.gateway.resumes.length;
    act(server);
    await server.waitFor(
      () => server.gateway.identifies.length + server.gateway.resumes.length > connected,
      soon(),
    );
    server.say({ from: ann, text: 'after' });
    await door.waitForAccepted(2, soon());
    await stop();
    expect(new Set(textsOf(door))).toEqual(new Set(['before', 'after']));
  });

  it('leaves a connection on which no heartbeat comes back', async () => {
    await using bench = await openBench({ heartbeatIntervalMs: 20 });
    const { server } = bench;
    const { stop } = bench.start();
    await server.waitFor(() => server.gateway.heartbeats.length > 1, soon());
    server.gateway.ignoreHeartbeats();
    await server.waitFor(() => server.gateway.resumes.length > 0, soon());
    await stop();
    expect(server.sessions).toHaveLength(1);
  });

  it('leaves the session alive when it stops', async () => {
    await using bench = await openBench();
    const { stop } = bench.start();
    await untilBegun(bench);
    await stop();
    await bench.server.waitFor(() => bench.server.gateway.connections === 0, soon());
    expect(bench.server.sessions[0]?.resumable).toBe(true);
  });
});

describe('what Discord tells', () => {
  async function hear(
    bench: Bench,
    act: () => void,
    count = 1,
  ): Promise<readonly ChannelInbound[]> {
    const { door, stop } = bench.start();
    await untilBegun(bench);
    act();
    await door.waitForAccepted(count, soon());
    await stop();
    return door.accepted;
  }

  it('names people and channels, and drops our own name in front', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const channel = server.channel({ guild: server.guild(), name: 'help' });
    const [event] = await hear(bench, () =>
      server.say({
        from: ann,
        channel,
        mention: true,
        text: `ask <@${ann}> in <#${channel}> <:ok:123456>`,
      }),
    );
    expect(event).toMatchObject({
      text: 'ask @Ann in #help :ok:',
      mentioned: true,
      chat: { title: 'help' },
    });
  });

  it('reads embeds and forwarded words, and names what is attached', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const embed = {
      type: 'rich',
      title: 'Build',
      url: 'https://ci.example',
      description: 'failed',
      fields: [{ name: 'branch', value: 'main' }],
    };
    const [event] = await hear(bench, () =>
      server.say({
        from: ann,
        text: 'look',
        embeds: [embed, { type: 'link', title: 'only a preview' }],
        files: [{ name: 'v.ogg', contentType: 'audio/ogg', bytes: new Uint8Array([1, 2]) }],
        flags: 1 << 13,
      }),
    );
    expect(event?.text).toBe('look\n\nBuild (https://ci.example)\nfailed\nbranch: main');
    expect(event?.media).toMatchObject([
      { kind: 'voice', file: { mimeType: 'audio/ogg', name: 'v.ogg', bytes: 2, voice: true } },
    ]);
  });

  it('takes a command from the menu like one that was typed, and ends its waiting', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    await bench.open().menu?.publish([{ name: 'model', description: 'Shows the model' }], soon());
    const { door, stop } = bench.start();
    await untilBegun(bench);
    server.command({ from: ann, name: 'model', options: { text: 'openai/gpt' } });
    const [event] = await door.waitForAccepted(1, soon());
    expect(event).toMatchObject({
      kind: 'message',
      text: '/model openai/gpt',
      command: { name: 'model', args: 'openai/gpt' },
      replyToUs: true,
    });
    const route = '/webhooks/:application/:token/messages/@original';
    await server.waitFor(() => server.calls('DELETE', route)[0]?.status === 204, soon());
    expect([...server.interactions.values()][0]?.answer).toMatchObject({
      type: 5,
      data: { flags: 64 },
    });
    await stop();
  });

  it('passes over notes of the platform and previews that come later', async () => {
    await using bench = await openBench();
    const { server, ann } = bench;
    const accepted = await hear(
      bench,
      () => {
        server.say({ from: ann, text: 'pinned', type: 6 });
        const { dispatch } = server.say({ from: ann, text: 'see https://a.example' });
        server.push('MESSAGE_UPDATE', {
          ...(dispatch?.d as object), // a message is an object
          embeds: [{ type: 'link' }],
        });
        server.push('SOMETHING_NEW', { any: 'thing' });
        server.say({ from: ann, text: 'next' });
      },
      2,
    );
    expect(accepted.map(({ text }) => text)).toEqual(['see https://a.example', 'next']);
  });
});

describe('sending to Discord', () => {
  it('calls nobody by what a model wrote, and shows no previews', async () => {
    await using bench = await openBench();
    const channel = bench.open();
    const part = onePart(channel, `@everyone <@${bench.ann}> https://a.example`);
    await channel.send(
      { kind: 'send', target: { channelId: bench.dm }, part, idempotencyKey: 'k' },
      soon(),
    );
    const [call] = bench.server.calls('POST', '/channels/:channel/messages');
    expect(call?.body).toMatchObject({
      allowed_mentions: { parse: [] },
      flags: 4,
      enforce_nonce: true,
    });
    expect(bench.server.visible(bench.dm)[0]).toMatchObject({
      mention_everyone: false,
      mentions: [],
    });
  });

  it('finds what it sent when Discord has forgotten the nonce', async () => {
    let now = Date.now();
    await using bench = await openBench({ now: () => now, nonceWindowMs: 1000 });
    const channel = bench.open();
    const request = {
      kind: 'send',
      target: { channelId: bench.dm },
      part: onePart(channel, 'once'),
      idempotencyKey: 'row',
    } as const;
    bench.server.fail({
      method: 'POST',
      route: '/channels/:channel/messages',
      when: 'after',
      act: 'cut',
    });
    await expect(channel.send(request, soon())).rejects.toMatchObject({
      code: 'channel.unavailable',
    });
    const since = now;
    now += 3_600_000;
    const receipt = await channel.send({ ...request, repeats: { since } }, soon());
    expect(bench.server.visibleFromBot(bench.dm).map(({ id }) => id)).toEqual([receipt.messageId]);
    const other = { ...request, idempotencyKey: 'another row', repeats: { since } };
    await channel.send(other, soon());
    expect(bench.server.visibleFromBot(bench.dm)).toHaveLength(2);
  });

  it('keeps within the buckets that Discord names, and says how long to wait', async () => {
    await using bench = await openBench({ limits: true });
    const channel = bench.open();
    const send = (key: string): Promise<unknown> =>
      channel.send(
        {
          kind: 'send',
          target: { channelId: bench.dm },
          part: onePart(channel, key),
          idempotencyKey: key,
        },
        soon(),
      );
    for (const key of ['a', 'b', 'c', 'd', 'e']) await send(key);
    const failure = await send('f').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'channel.rate-limited',
      details: { scope: 'conversation' },
    });
    expect((failure as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(5000); // a CuttleError, as seen above
    expect(bench.server.calls('POST', '/channels/:channel/messages')).toHaveLength(5);
    await bench.clock.sleep(5000, soon());
    expect(await send('f').catch((error: unknown) => error)).toMatchObject({
      code: 'channel.rate-limited',
      details: { status: 429 },
    });
  });

  it('keeps what Discord allows a bot in a second over a restart', async () => {
    const clock = createInstantClock();
    await using bench = await openBench({ limits: true, now: clock.now }, clock);
    const guild = bench.server.guild({ members: [bench.ann] });
    const places = Array.from({ length: 60 }, (_, index) =>
      bench.server.channel({ guild, name: `room-${index}` }),
    );
    const sendAll = async (channel: Channel): Promise<number> => {
      const part = onePart(channel, 'a');
      const sends = places.map((channelId) =>
        channel.send(
          { kind: 'send', target: { channelId }, part, idempotencyKey: channelId },
          soon(),
        ),
      );
      const ends = await Promise.allSettled(sends);
      return ends.filter(({ status }) => status === 'fulfilled').length;
    };
    const before = bench.open();
    await clock.sleep(5000, soon());
    const last = await sendAll(before);
    const next = await sendAll(bench.open());

    expect([last > 30, next > 5]).toEqual([true, true]);
    expect(bench.server.ledger.filter(({ isOverLimit }) => isOverLimit)).toEqual([]);
  });

  it('counts a call that was left without an answer for longer, since it may still be on its way', async () => {
    const clock = createInstantClock();
    await using bench = await openBench({ limits: true, now: clock.now }, clock);
    const channel = bench.open();
    await clock.sleep(5000, soon());
    bench.server.fail({ times: Infinity, act: 'hang' });
    const guild = bench.server.guild({ members: [bench.ann] });
    const left = new AbortController();
    const send = (index: number, signal: AbortSignal): Promise<unknown> =>
      channel
        .send(
          {
            kind: 'send',
            target: { channelId: bench.server.channel({ guild, name: `room-${index}` }) },
            part: onePart(channel, 'a'),
            idempotencyKey: `${index}`,
          },
          signal,
        )
        .catch((error: unknown) => error);
    const sends = Array.from({ length: 40 }, (_, index) => send(index, left.signal));
    await bench.server.waitFor(() => bench.server.ledger.length === 40, soon());
    left.abort(new Error('left'));
    await Promise.all(sends);
    await clock.sleep(1500, soon());

    expect(await send(40, soon())).toMatchObject({
      code: 'channel.rate-limited',
      details: { scope: 'account' },
    });
  });

  it('writes to a person, whose private channel it opens once', async () => {
    await using bench = await openBench();
    const channel = bench.open();
    const { target } = channel.address(`<@${bench.ann}>`) ?? { target: null };
    for (const key of ['a', 'b'])
      await channel.send(
        { kind: 'send', target, part: onePart(channel, key), idempotencyKey: key },
        soon(),
      );
    expect(bench.server.visible(bench.dm)).toHaveLength(2);
    expect(bench.server.calls('POST', '/users/@me/channels')).toHaveLength(1);
  });

  it.each([
    [{ status: 503, body: '<html>busy</html>' }, 'channel.unavailable', { reached: false }],
    [{ status: 504, body: 'time-out' }, 'channel.unavailable', { status: 504 }],
    [{ status: 200, body: '{"id":"1' }, 'channel.unavailable', { reached: true }],
    [{ status: 429, body: 'error code: 1015' }, 'channel.rate-limited', { status: 429 }],
    [{ status: 429, retryAfter: 2, global: true }, 'channel.rate-limited', { scope: 'account' }],
    [{ status: 429, retryAfter: 2 }, 'channel.rate-limited', { scope: 'conversation' }],
  ])('reads the answer %j of something that is not Discord', async (act, code, details) => {
    await using bench = await openBench();
    const channel = bench.open();
    bench.server.fail({ route: '/channels/:channel/messages', act });
    const request = {
      kind: 'send',
      target: { channelId: bench.dm },
      part: onePart(channel, 'a'),
      idempotencyKey: 'k',
    } as const;
    await expect(channel.send(request, soon())).rejects.toMatchObject({ code, details });
  });
});

describe('an address of Discord', () => {
  it.each([
    ['123456', { key: '123456', target: { channelId: '123456' }, group: false }],
    [' #123456 ', { key: '123456', target: { channelId: '123456' }, group: true }],
    ['<#123456>', { key: '123456', target: { channelId: '123456' }, group: true }],
    ['123456:654321', { key: '123456:654321', target: { channelId: '654321' }, group: true }],
    ['<@123456>', { key: '@123456', target: { userId: '123456' }, group: false }],
  ])('%j leads somewhere', (to, place) => {
    expect(parseAddress(to)).toEqual(place);
  });
  it.each([
    '',
    'ann',
    '@ann',
    '12',
    '0123456',
    '<#123456',
    '#123456>',
    '123456:',
    '@123456:654321',
    '123456; drop',
  ])('%j leads nowhere', (to) => {
    expect(parseAddress(to)).toBeUndefined();
  });
});
