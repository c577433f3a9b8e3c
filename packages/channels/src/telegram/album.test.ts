import type { ChannelInbound } from '@cuttle/core-types/ports';
import { createInstantClock, createRecordingDoor } from '@cuttle/testkit/channel-contract';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { createAlbumTaker, mergeAlbum } from './album.ts';
import { createTelegramChannel } from './channel.ts';
import { TelegramOptions } from './options.ts';

const ann = 1001;
const ben = 1002;
const quiet = (): void => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const soon = (): AbortSignal => AbortSignal.timeout(10_000);

function open(server: TelegramServer, more: object = {}) {
  const options = TelegramOptions.parse({ token: server.token, apiRoot: server.url, ...more });
  const deps = { fetch, clock: createInstantClock(), log, random: () => 0.5 };
  return createTelegramChannel(options, deps);
}

function photo(server: TelegramServer, album: string | undefined, text = '') {
  const file = { kind: 'photo' as const, name: 'a.jpg', bytes: new Uint8Array([1, 2, 3]) };
  return server.say({ from: ann, file, text, ...(album !== undefined && { album }) });
}

const told = ({ text, messageId, media = [] }: ChannelInbound): unknown => [
  messageId,
  text,
  media.length,
];

it('takes an album as one message, confirmed only when all of it is stored, and others beside it', async () => {
  await using server = await openTelegramServer();
  server.user({ id: ann });
  server.user({ id: ben });
  const first = photo(server, 'a1', 'Look');
  photo(server, 'a1');
  server.say({ from: ben, text: 'Hi' });
  photo(server, 'a1');
  const door = createRecordingDoor();
  const stop = new AbortController();
  const receiving = open(server)
    .receive(door, stop.signal)
    .catch((error: unknown) => error);
  await server.waitFor(() => server.waitingPolls === 1, soon());
  const albums = door.accepted.filter(({ sender }) => sender.id === String(ann));
  expect(albums.map(told)).toEqual([[String(first.messageId), 'Look', 3]]);
  expect(albums[0]?.externalId).toBe(`${ann}:${first.messageId}`);
  expect(door.accepted.some(({ text }) => text === 'Hi')).toBe(true);
  // As long as it could grow, it was asked for again, from its first part on.
  const offsets = server.calls('getUpdates').map(({ params }) => Number(params['offset']));
  expect(offsets.slice(0, 2)).toEqual([0, first.update?.update_id]);
  expect(offsets.at(-1)).toBeGreaterThan(first.update?.update_id ?? 0);
  stop.abort();
  await receiving;
});

it('parts an album from what is said behind it, and from the next one', async () => {
  await using server = await openTelegramServer();
  server.user({ id: ann });
  photo(server, 'a1', 'One');
  photo(server, 'a1');
  server.say({ from: ann, text: 'Between' });
  photo(server, 'a2');
  photo(server, 'a2', 'Two');
  photo(server, undefined, 'Alone');
  const door = createRecordingDoor();
  const stop = new AbortController();
  const receiving = open(server)
    .receive(door, stop.signal)
    .catch((error: unknown) => error);
  await server.waitFor(() => server.waitingPolls === 1, soon());
  expect(door.accepted.map(({ text, media = [] }) => [text, media.length])).toEqual([
    ['One', 2],
    ['Between', 0],
    ['Two', 2],
    ['Alone', 1],
  ]);
  stop.abort();
  await receiving;
});

const part = (messageId: string, more: Partial<ChannelInbound> = {}): ChannelInbound => ({
  externalId: `1:${messageId}`,
  kind: 'message',
  target: null,
  chat: { id: '1', kind: 'group' },
  sender: { id: '2', isBot: false },
  messageId,
  text: '',
  mentioned: false,
  replyToUs: false,
  media: [{ kind: 'photo' }],
  at: 0,
  ...more,
});

it('gathers parts that come by webhook side by side, and answers none before all are stored', async () => {
  const door = createRecordingDoor();
  const take = createAlbumTaker({ clock: createInstantClock() });
  const album = '1:a1';
  const taken = ['10', '9', '11', '9'].map((id) =>
    take({ album, part: part(id, { text: id === '9' ? 'Look' : '' }) }, door, soon()),
  );
  expect(door.accepted).toEqual([]);
  await Promise.all(taken);
  expect(door.accepted.map(told)).toEqual([['9', 'Look', 3]]);
  await take({ album, part: part('12') }, door, soon());
  expect(door.accepted).toHaveLength(2);
});

it('answers no part of what could not be stored', async () => {
  const full = { accept: () => Promise.reject(new Error('full')) };
  const take = createAlbumTaker({ clock: createInstantClock() });
  const taken = ['1', '2'].map((id) => take({ album: 'x', part: part(id) }, full, soon()));
  const ends = await Promise.allSettled(taken);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('takes what comes by webhook as a part', async () => {
  await using server = await openTelegramServer();
  server.user({ id: ann });
  const secret = 'a-secret-that-only-telegram-has';
  const channel = open(server, { webhook: { url: 'https://bot.example/hook', secret } });
  const door = createRecordingDoor();
  const request = new Request('https://bot.example/hook', {
    method: 'POST',
    headers: { 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify(photo(server, 'a1', 'Look').update),
  });
  const response = await channel.webhook?.receive(request, door, soon());
  expect(response?.status).toBe(200);
  expect(door.accepted.map(({ text }) => text)).toEqual(['Look']);
});

it('is addressed to us where any part is', () => {
  const whole = mergeAlbum([part('10'), part('9'), part('11', { mentioned: true })]);
  expect(whole).toMatchObject({ externalId: '1:9', mentioned: true, replyToUs: false });
  expect(whole.media).toHaveLength(3);
});
