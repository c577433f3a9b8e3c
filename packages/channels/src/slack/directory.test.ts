import { createInstantClock, type InstantClock } from '@cuttle/testkit/channel-contract';
import { openSlackServer, type SlackServer, type SlackServerOptions } from '@cuttle/testkit/slack';
import type { DirectoryCapability } from '@cuttle/core-types/ports';
import { afterEach, expect, it } from 'vitest';
import { createSlackChannel } from './channel.ts';
import { SlackOptions } from './options.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const quiet = (): void => {};

let server: SlackServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

interface Scene {
  readonly slack: SlackServer;
  readonly clock: InstantClock;
  readonly directory: DirectoryCapability;
}

async function open(options: SlackServerOptions = {}): Promise<Scene> {
  const slack = await openSlackServer(options);
  server = slack;
  const { botToken, appToken, apiUrl } = slack;
  const clock = createInstantClock(Date.now());
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const { directory } = createSlackChannel(SlackOptions.parse({ botToken, appToken, apiUrl }), {
    fetch,
    clock,
    log,
    random: () => 0,
  });
  if (directory === undefined) throw new Error('There is no directory.');
  return { slack, clock, directory };
}

const all = { query: '', limit: 100 };

it('finds people by words, without bots and those who left', async () => {
  const { slack, directory } = await open();
  const ann = slack.user({ name: 'ann', realName: 'Ann Baker' });
  const ben = slack.user({ name: 'ben' });
  slack.user({ name: 'robot', isBot: true });
  slack.user({ id: 'USLACKBOT', name: 'slackbot' });
  slack.user({ name: 'gone', deleted: true });
  expect(await directory.find({ ...all, kind: 'people' }, soon())).toEqual({
    rows: [
      { id: ann, name: 'ann', handle: 'ann', kind: 'people' },
      { id: ben, name: 'ben', handle: 'ben', kind: 'people' },
    ],
    more: false,
  });
  for (const query of ['@BEN', ben.toLowerCase()])
    expect(await directory.find({ query, limit: 1, kind: 'people' }, soon())).toMatchObject({
      rows: [{ id: ben }],
      more: false,
    });
});

it('finds channels that the app can see, without those that are archived', async () => {
  const { slack, directory } = await open();
  const ann = slack.user({ name: 'ann' });
  const general = slack.channel({ name: 'general', members: [ann] });
  slack.archive(slack.channel({ name: 'old', members: [ann] }));
  slack.direct(ann);
  expect(await directory.find({ ...all, kind: 'groups' }, soon())).toEqual({
    rows: [{ id: general, name: 'general', kind: 'groups' }],
    more: false,
  });
});

it('asks for a bounded number of pages, once a minute, and says that there are more', async () => {
  const { slack, clock, directory } = await open({ limits: true });
  for (let index = 0; index < 1100; index += 1) slack.user({ name: `person-${index}` });
  const page = await directory.find({ query: 'person-', limit: 1000, kind: 'people' }, soon());
  expect(page?.rows.length).toBeGreaterThan(990);
  expect(page?.more).toBe(true);
  expect(slack.calls('users.list')).toHaveLength(5);
  await directory.find({ query: 'person-7', limit: 5, kind: 'people' }, soon());
  expect(slack.calls('users.list')).toHaveLength(5);
  await clock.sleep(60_000, soon());
  await directory.find({ query: 'person-7', limit: 5, kind: 'people' }, soon());
  expect(slack.calls('users.list')).toHaveLength(10);
});

it('says which right is missing and how long to wait, and keeps no list then', async () => {
  const { slack, directory } = await open();
  const find = () => directory.find({ ...all, kind: 'people' }, soon());
  slack.setScopes(['chat:write']);
  await expect(find()).rejects.toMatchObject({
    code: 'channel.invalid',
    message: expect.stringContaining('users:read'),
  });
  slack.setScopes(['users:read']);
  slack.fail({ method: 'users.list', act: { error: 'ratelimited', retryAfter: 7 } });
  await expect(find()).rejects.toMatchObject({ code: 'channel.rate-limited', retryAfterMs: 7000 });
  expect((await find())?.rows).toEqual([]);
  await expect(directory.find({ ...all, kind: 'groups' }, AbortSignal.abort('over'))).rejects.toBe(
    'over',
  );
});
