import type { DirectoryCapability } from '@cuttle/core-types/ports';
import { createInstantClock, type InstantClock } from '@cuttle/testkit/channel-contract';
import { type DiscordServer, openDiscordServer } from '@cuttle/testkit/discord';
import { expect, it } from 'vitest';
import { createDiscordChannel } from './channel.ts';
import { DiscordOptions } from './options.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const guildsRoute = '/users/@me/guilds';
const searchRoute = '/guilds/:guild/members/search';
const channelsRoute = '/guilds/:guild/channels';
const noAccess = { status: 403, code: 50_001, message: 'Missing Access' };
const all = { query: '', limit: 100 };

interface Bench extends AsyncDisposable {
  readonly server: DiscordServer;
  readonly clock: InstantClock;
  readonly find: DirectoryCapability['find'];
  people(query: string, limit?: number): ReturnType<DirectoryCapability['find']>;
}

async function openBench(options: Parameters<typeof openDiscordServer>[0] = {}): Promise<Bench> {
  const server = await openDiscordServer(options);
  const clock = createInstantClock(Date.now());
  const { directory } = createDiscordChannel(
    DiscordOptions.parse({ token: server.token, restUrl: server.restUrl }),
    { fetch, clock, log, random: () => 0 },
  );
  if (directory === undefined) throw new Error('There is no directory.');
  return {
    server,
    clock,
    find: (question, signal) => directory.find(question, signal),
    people: (query, limit = 100) => directory.find({ query, limit, kind: 'people' }, soon()),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('finds members of its guilds by the beginnings of their names, each once and without bots', async () => {
  await using bench = await openBench();
  const { server, people } = bench;
  const ann = server.user({ username: 'ann', globalName: 'Ann Lee' });
  const ben = server.user({ username: 'ben' });
  const robot = server.user({ username: 'annbot', bot: true });
  const members = [ben, robot, ann];
  server.guild({ name: 'Us', members, nicks: { [ben]: 'Big Annabel' } });
  server.guild({ name: 'Them', members: [ann] });
  const annRow = { id: ann, name: 'Ann Lee', handle: 'ann', kind: 'people' };
  const benRow = { id: ben, name: 'Big Annabel', handle: 'ben', kind: 'people' };
  expect(await people('@ANN')).toEqual({ rows: [annRow], more: false });
  // The beginning of any of the words is looked for, and all of them must be there.
  expect(await people('annabel big')).toEqual({ rows: [benRow], more: false });
  expect(await people('ann cat')).toEqual({ rows: [], more: false });
  const [first] = server.calls('GET', searchRoute);
  expect(first?.query).toEqual({ query: 'ann', limit: '200' });
});

it('puts names that begin with what is looked for first', async () => {
  await using bench = await openBench();
  const { server, people } = bench;
  const middle = server.user({ username: 'bo', globalName: 'Bo' });
  const first = server.user({ username: 'bigbo' });
  server.guild({ members: [middle, first], nicks: { [middle]: 'Old bo big', [first]: 'Bo Big' } });
  expect((await people('bo big'))?.rows.map(({ id }) => id)).toEqual([first, middle]);
  expect(await people('bo big', 1)).toMatchObject({ rows: [{ id: first }], more: true });
});

it('finds channels that take messages, with their guild', async () => {
  await using bench = await openBench();
  const { server, find } = bench;
  const guild = server.guild({ name: 'Us' });
  server.channel({ guild, name: 'Rooms', type: 'category' });
  server.channel({ guild, name: 'questions', type: 'forum' });
  const old = server.channel({ guild, name: 'old-general' });
  const general = server.channel({ guild, name: 'general' });
  server.thread({ parent: general, name: 'general help' });
  const voice = server.channel({ guild, name: 'Voice', type: 'voice' });
  const rows = [
    { id: old, name: 'old-general (Us)', kind: 'groups' },
    { id: general, name: 'general (Us)', kind: 'groups' },
    { id: voice, name: 'Voice (Us)', kind: 'groups' },
  ];
  expect(await find({ ...all, kind: 'groups' }, soon())).toEqual({ rows, more: false });
  expect(await find({ query: '#general us', limit: 9, kind: 'groups' }, soon())).toEqual({
    rows: [rows[0], rows[1]],
    more: false,
  });
  expect(await find({ query: 'general', limit: 1, kind: 'groups' }, soon())).toEqual({
    rows: [rows[1]],
    more: true,
  });
});

it('asks a bounded number of guilds, once a minute, within the limits, and says that there are more', async () => {
  await using bench = await openBench({ limits: true });
  const { server, clock, people, find } = bench;
  const ann = server.user({ username: 'ann' });
  for (let index = 0; index < 12; index += 1) server.guild({ members: [ann] });
  for (let times = 0; times < 2; times += 1) {
    expect(await people('ann')).toMatchObject({ rows: [{ id: ann }], more: true });
    expect(await find({ ...all, kind: 'groups' }, soon())).toEqual({ rows: [], more: true });
  }
  expect(server.calls('GET', guildsRoute)).toHaveLength(1);
  expect(server.calls('GET', searchRoute)).toHaveLength(10);
  expect(server.calls('GET', channelsRoute)).toHaveLength(10);
  await clock.sleep(60_000, soon());
  await people('ann');
  expect(server.calls('GET', guildsRoute)).toHaveLength(2);
  expect(server.calls('GET', searchRoute)).toHaveLength(20);
});

it('says that there are more where a search gave as many as it may', async () => {
  await using bench = await openBench();
  const { server, people } = bench;
  const members = Array.from({ length: 201 }, (_, index) =>
    server.user({ username: `ann${index}` }),
  );
  server.guild({ members });
  expect((await people('ann', 500))?.rows).toHaveLength(200);
  expect(await people('ann', 500)).toMatchObject({ more: true });
});

it('tells nothing of all people, without a guild, and where no guild lets it look', async () => {
  await using bench = await openBench();
  const { server, people } = bench;
  expect(await people('ann')).toBeUndefined();
  await bench.clock.sleep(60_000, soon());
  const ann = server.user({ username: 'ann' });
  server.guild({ members: [ann] });
  expect(await people(' @ ')).toBeUndefined();
  server.fail({ route: searchRoute, act: noAccess });
  expect(await people('ann')).toBeUndefined();
  // What failed is not kept.
  expect(await people('ann')).toMatchObject({ rows: [{ id: ann }], more: false });
});

it('leaves a guild out that it may not look into', async () => {
  await using bench = await openBench();
  const { server, people } = bench;
  const ann = server.user({ username: 'ann' });
  const ada = server.user({ username: 'anna' });
  server.guild({ members: [ann] });
  server.guild({ members: [ada] });
  server.fail({ route: searchRoute, act: noAccess });
  expect(await people('ann')).toMatchObject({ rows: [{ id: ada }], more: true });
});

it('waits where the whole bot may not ask more in this second', async () => {
  await using bench = await openBench({ limits: true });
  const { server, people } = bench;
  const ann = server.user({ username: 'ann' });
  for (let index = 0; index < 10; index += 1) server.guild({ members: [ann] });
  // Three searches in each guild, right after its begin, are more than it may do at once.
  expect(await people('ann a n')).toMatchObject({ rows: [{ id: ann }], more: false });
  expect(server.calls('GET', searchRoute)).toHaveLength(30);
  expect(server.ledger.filter(({ isOverLimit }) => isOverLimit)).toEqual([]);
});

it('says how long to wait, what is refused, and that it is over', async () => {
  await using bench = await openBench();
  const { server, people, find } = bench;
  server.guild({ members: [server.user({ username: 'ann' })] });
  server.fail({ route: searchRoute, act: { status: 429, retryAfter: 7 } });
  await expect(people('ann')).rejects.toMatchObject({
    code: 'channel.rate-limited',
    retryAfterMs: 7000,
  });
  expect((await people('x'.repeat(200)))?.rows).toEqual([]);
  await expect(find({ ...all, kind: 'groups' }, AbortSignal.abort('over'))).rejects.toBe('over');
  server.revokeToken();
  await expect(people('bob')).rejects.toMatchObject({ code: 'channel.auth' });
});
