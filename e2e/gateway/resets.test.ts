import type { Clock } from '@cuttle/core-types/ports';
import { nodeClock } from '@cuttle/server';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

/** A clock that goes on as clocks do, from wherever it is set. */
function movableClock(from: string): Clock & { set(to: string): void } {
  let ahead = 0;
  const set = (to: string): void => {
    ahead = Date.parse(to) - nodeClock.now();
  };
  set(from);
  return { ...nodeClock, now: () => nodeClock.now() + ahead, set };
}

const user = 7;
let telegram: TelegramServer;
let clock: ReturnType<typeof movableClock>;
let gateway: OpenGateway;

beforeEach(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: user, firstName: 'Ann' });
  clock = movableClock('2026-03-28T11:00:00Z');
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

async function open(reset: object): Promise<void> {
  const account = { token: telegram.token, apiRoot: telegram.url, allowedUsers: [String(user)] };
  gateway = await openGateway({
    config: { session: { reset }, channels: { telegram: { main: account } } },
    overrides: { clock },
  });
}

async function ask(words: string): Promise<void> {
  telegram.say({ from: user, text: words });
  await telegram.waitFor(
    () => telegram.visibleFromBot(user).find(({ text }) => text === `You said: ${words}`),
    AbortSignal.timeout(20_000),
  );
  await gateway.server.settled();
}

/** What of these words the model was sent with the last question. */
function remembered(...words: readonly string[]): readonly string[] {
  const sent = JSON.stringify(gateway.model.calls.at(-1)?.messages);
  return words.filter((word) => sent.includes(word));
}

it('begins anew with the first message of a new day, on the night that is an hour short too', async () => {
  await open({ mode: 'daily', atHour: 4, timeZone: 'Europe/Berlin', notice: true });
  await ask('alpha');
  clock.set('2026-03-29T01:58:00Z'); // 03:58 in Berlin, where 02:00 became 03:00
  await ask('beta');
  expect(remembered('alpha', 'beta')).toEqual(['alpha', 'beta']);
  clock.set('2026-03-29T02:00:30Z'); // 04:00
  await ask('gamma');
  expect(remembered('alpha', 'beta', 'gamma')).toEqual(['gamma']);
  await ask('delta');
  expect(remembered('gamma', 'delta')).toEqual(['gamma', 'delta']);
  const shown = telegram.visibleFromBot(user).map(({ text }) => text);
  expect(shown.filter((text) => !text.startsWith('You said'))).toHaveLength(1);
  const { entries } = await gateway.server.call('chat.history', {
    sessionKey: 'agent:main:telegram:main:dm:7',
  });
  expect(entries.map(({ past = false }) => past)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

it('keeps to it after a restart, from the time of the last message and no timer', async () => {
  await open({ mode: 'idle', idleMinutes: 60 });
  await ask('alpha');
  clock.set('2026-03-28T11:59:00Z');
  await ask('beta');
  expect(remembered('alpha')).toEqual(['alpha']);
  await gateway.restart();
  clock.set('2026-03-28T13:01:00Z');
  await ask('gamma');
  expect(remembered('alpha', 'beta')).toEqual([]);
});

it('ends nothing by itself where that is not asked for', async () => {
  await open({ mode: 'manual' });
  await ask('alpha');
  clock.set('2026-06-01T12:00:00Z');
  await ask('beta');
  expect(remembered('alpha')).toEqual(['alpha']);
});
