import type { ChannelInbound } from '@cuttle/core-types/ports';
import {
  createInstantClock,
  createMemoryCheckpoint,
  createRecordingDoor,
} from '@cuttle/testkit/channel-contract';
import { openSlackServer } from '@cuttle/testkit/slack';
import { describe, expect, it } from 'vitest';
import { createLanes } from '../lanes.ts';
import { untilAborted } from '../retry.ts';
import { type CatchUpDeps, type Listening, withCatchUp } from './catch-up.ts';
import { createSlackChannel } from './channel.ts';
import { SlackOptions } from './options.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const quiet = (): void => {};
const hour = 3_600_000;

type Mode = 'socket' | 'http';

/** Slack, and lives of a gateway that keep one checkpoint. */
async function openPlace(mode: Mode, more: object = {}) {
  const clock = createInstantClock(Date.UTC(2026, 0, 1));
  let take: ((request: Request) => Promise<Response>) | undefined;
  const server = await openSlackServer({
    now: clock.now,
    // What is posted while nobody listens comes again soon, until it is given up.
    retryMs: [20],
    maxRetries: 10_000,
    fetch: async (input, init) => {
      if (!take) throw new Error('Nobody listens.');
      return take(new Request(input, init));
    },
  });
  const checkpoint = createMemoryCheckpoint();
  const { botToken, appToken, signingSecret, apiUrl } = server;
  const secrets = mode === 'http' ? { signingSecret } : { appToken };
  const options = SlackOptions.parse({ botToken, apiUrl, ...secrets, ...more });
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const openChannel = () => createSlackChannel(options, { fetch, clock, log, random: () => 0 });
  if (mode === 'http') {
    const { webhook } = openChannel();
    take = (request) => webhook?.receive(request, createRecordingDoor(), soon()) ?? nowhere();
    await server.setRequestUrl('http://gateway.test/hooks/slack/main');
    take = undefined;
  }
  return {
    server,
    checkpoint,
    /** Listens while `act` goes on. */
    async live(
      act: (door: ReturnType<typeof createRecordingDoor>) => Promise<unknown>,
    ): Promise<readonly ChannelInbound[]> {
      const { receive, webhook } = openChannel();
      const door = createRecordingDoor();
      const stop = new AbortController();
      const { accept } = door;
      const receiving = Promise.allSettled([receive({ accept, checkpoint }, stop.signal)]);
      // Behind the reading of the checkpoint.
      if (webhook)
        setImmediate(() => (take = (posted) => webhook.receive(posted, { accept }, stop.signal)));
      await act(door);
      take = undefined;
      stop.abort(new Error('enough'));
      await receiving;
      return door.accepted;
    },
    /** Nobody listens for so long, and what Slack tried to tell meanwhile is told no more. */
    async pass(ms: number): Promise<void> {
      await clock.sleep(ms, soon());
      server.giveUpDeliveries();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function nowhere(): never {
  throw new Error('The channel takes no posts.');
}

type Place = Awaited<ReturnType<typeof openPlace>>;

/** A private chat, a channel and a thread of it in which something was said. */
async function openHeard(mode: Mode, more: object = {}) {
  const place = await openPlace(mode, more);
  const { server } = place;
  const ann = server.user({ name: 'ann' });
  const general = server.channel({ name: 'general', members: [ann] });
  const { ts: threadTs } = server.say({ from: ann, channel: general, text: 'a topic' });
  const [direct, thread] = [{ from: ann }, { from: ann, channel: general, threadTs }];
  await place.live(async (door) => {
    server.say({ ...direct, text: 'one' });
    server.say({ ...thread, text: 'in a thread' });
    await door.waitForAccepted(3, soon());
    await server.waitFor(() => server.deliveries.every(({ state }) => state === 'taken'), soon());
  });
  return { place, server, direct, thread };
}

const wordsOf = (events: readonly ChannelInbound[], thread?: string): readonly string[] =>
  events.filter(({ chat }) => chat.threadId === thread).map(({ text }) => text);
const asked = ({ server }: Place): number =>
  server.calls('conversations.history').length + server.calls('conversations.replies').length;

describe.each<Mode>(['socket', 'http'])('what was said while nobody listened (%s)', (mode) => {
  it('is read where Slack tells it no more, in order and before what is said now', async () => {
    const { place, server, direct, thread } = await openHeard(mode);
    await using _ = place;
    await place.pass(hour);
    for (const text of ['two', 'three']) server.say({ ...direct, text });
    server.say({ ...thread, text: 'also in the thread' });
    await place.pass(hour);

    const found = await place.live(async (door) => {
      server.say({ ...direct, text: 'four' });
      await door.waitForAccepted(4, soon());
    });

    expect(wordsOf(found)).toEqual(['two', 'three', 'four']);
    expect(wordsOf(found, thread.threadTs)).toEqual(['also in the thread']);
    expect(found).toHaveLength(4);
  });

  it('is not looked for after a moment, which Slack closes itself', async () => {
    const { place, server, direct } = await openHeard(mode);
    await using _ = place;
    server.say({ ...direct, text: 'two' });
    const found = await place.live((door) => door.waitForAccepted(1, soon()));
    expect(wordsOf(found)).toEqual(['two']);
    expect(asked(place)).toBe(0);
  });

  it('is read again where a life ended before all of it was stored', async () => {
    const { place, server, direct } = await openHeard(mode);
    await using _ = place;
    await place.pass(hour);
    for (const text of ['two', 'three']) server.say({ ...direct, text });
    await place.pass(hour);
    const before = place.checkpoint.value;
    await place.live(async (door) => {
      door.hold(({ text }) => text === 'three');
      await door.waitForOffered(2, soon());
    });
    expect(place.checkpoint.value).toMatchObject({
      since: (before as { readonly since: string }).since,
    });

    const found = await place.live((door) => door.waitForAccepted(2, soon()));
    expect(wordsOf(found)).toEqual(['two', 'three']);
  });

  it('is not read further back than the owner wants', async () => {
    const { place, server, direct } = await openHeard(mode, { backfillHours: 2 });
    await using _ = place;
    await place.pass(hour);
    server.say({ ...direct, text: 'too old' });
    await place.pass(2 * hour);
    server.say({ ...direct, text: 'two' });
    await place.pass(hour);
    const found = await place.live((door) => door.waitForAccepted(1, soon()));
    expect(wordsOf(found)).toEqual(['two']);
  });
});

it('says what of it could not be taken in, keeps its place, and takes it in before what comes next', async () => {
  const checkpoint = createMemoryCheckpoint();
  const began = { v: 1, since: '1767222000.000000', places: ['D0ANN'] };
  await checkpoint.put(began);
  const [missed, next] = ['1767222001.000000', '1767225600.000000'];
  const lanes = createLanes();
  const done: string[] = [];
  const faults = [new TypeError('a fault of ours')];
  const errors: unknown[] = [];
  const logged = Promise.withResolvers<void>();
  const log = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error(_words: string, fields: object = {}) {
      errors.push(fields);
      logged.resolve();
    },
  };
  const takeInLane = async (): Promise<void> => {
    const fault = faults.shift();
    if (fault) throw fault;
    done.push('missed');
  };
  const nothing = async (): Promise<void> => {};
  const deps: CatchUpDeps = {
    api: { call: async () => ({ messages: [{ ts: missed }] }) },
    intake: { lanes, take: nothing, takePatiently: nothing, takeInLane },
    options: { backfillHours: 24 },
    clock: createInstantClock(Date.UTC(2026, 0, 1)),
    log,
    random: () => 0,
  };
  const stop = new AbortController();
  const door = { accept: createRecordingDoor().accept, checkpoint };
  const said = { type: 'message', channel: 'D0ANN', ts: next };
  const listen: Listening = async (catchUp, signal) => {
    catchUp.connected();
    await logged.promise;
    expect(errors).toMatchObject([{ channel: 'D0ANN', error: { message: 'a fault of ours' } }]);

    const stored = catchUp.heard({ kind: 'events_api', raw: { event: said } });
    await lanes.add('D0ANN', async () => {
      done.push('next');
      stored();
    });
    stop.abort();
    return untilAborted(signal);
  };
  await expect(withCatchUp(deps, { door, listen }, stop.signal)).rejects.toThrow('aborted');

  expect(done).toEqual(['missed', 'next']);
  expect(checkpoint.value).toMatchObject({ since: next });
  expect(errors).toHaveLength(1);
});
