import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@cuttle/core-types/ports';
import { nodeClock } from '@cuttle/server';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';
import { payloadOf } from './raw-client.ts';

const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const [owner, ann, bob, group] = [5, 7, 8, -100];

/** A clock that goes on as clocks do, and forward when it is told to. */
function movableClock(): Clock & { forward(ms: number): void } {
  let ahead = 0;
  const forward = (ms: number): void => {
    ahead += ms;
  };
  return { ...nodeClock, now: () => nodeClock.now() + ahead, forward };
}

/** A token that may read alone, as a row, which is what the gateway knows it by. */
function putReader(home: string): string {
  const token = 'a-token-that-reads';
  const hash = createHash('sha256').update(token).digest('hex');
  const principal = { id: 'client:reader', kind: 'client', scopes: ['operator.read'] };
  const db = new DatabaseSync(join(home, 'data/cuttle.db'), { timeout: 5000 });
  db.prepare(
    `INSERT INTO token (hash, kind, name, principal, created_at) VALUES (?, 'api', 'reader', ?, 0)`,
  ).run(hash, JSON.stringify(principal));
  db.close();
  return token;
}

interface World extends AsyncDisposable {
  readonly telegram: TelegramServer;
  readonly gateway: OpenGateway;
  readonly clock: ReturnType<typeof movableClock>;
  /** The next thing that the bot says in a chat, after `from` wrote there. */
  reply(from: number, text: string, chat?: number): Promise<string>;
  /** Writes, and waits until it was taken in. */
  say(from: number, text: string): Promise<void>;
  next(chat: number, seen: number): Promise<string>;
  codeOf(sender: number): Promise<string>;
}

async function openWorld(pairing: object = {}): Promise<World> {
  await using made = new AsyncDisposableStack();
  const telegram = made.use(await openTelegramServer({ longPollCapMs: 1000, privacy: false }));
  telegram.user({ id: owner, firstName: 'Olga' });
  telegram.user({ id: ann, firstName: 'Ann [here](https://evil.example)' });
  telegram.user({ id: bob, firstName: 'Bob' });
  telegram.group({ id: group, members: [owner, ann] });
  const clock = movableClock();
  const { token, url: apiRoot } = telegram;
  const main = { token, apiRoot, streaming: false, owners: [owner] };
  const config = { pairing, channels: { telegram: { main } } };
  const gateway = made.use(await openGateway({ config, overrides: { clock } }));
  const all = made.move();
  const said = (chat: number): readonly { text: string }[] => telegram.visibleFromBot(chat);
  const next = async (chat: number, seen: number): Promise<string> => {
    await telegram.waitFor(() => said(chat).length > seen, soon());
    return said(chat).at(seen)?.text ?? '';
  };
  return {
    telegram,
    gateway,
    clock,
    next,
    async reply(from, text, chat = from) {
      const seen = said(chat).length;
      telegram.say({ from, chat, text });
      return next(chat, seen);
    },
    async say(from, text) {
      const { update } = telegram.say({ from, text });
      await telegram.waitFor(() => telegram.acknowledgedUpTo >= (update?.update_id ?? 0), soon());
    },
    async codeOf(sender) {
      const { pairings } = await gateway.server.call('pairing.list', {});
      return pairings.find((one) => one.sender === String(sender))?.code ?? '';
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

it('lets a person in once by a code, and out again; a crowd gets no codes without end', async () => {
  await using telegram = await openTelegramServer({ longPollCapMs: 1000 });
  const main = { token: telegram.token, apiRoot: telegram.url, streaming: false };
  await using gateway = await openGateway({ config: { channels: { telegram: { main } } } });
  const { server } = gateway;
  const reply = async (from: number, text: string): Promise<string> => {
    const before = telegram.visibleFromBot(from).length;
    telegram.say({ from, text });
    await telegram.waitFor(() => telegram.visibleFromBot(from).length > before, soon());
    return telegram.visibleFromBot(from).at(-1)?.text ?? '';
  };
  telegram.user({ id: 7, firstName: 'Ann' });
  expect(await reply(7, 'Hello')).toContain('cuttle pair approve');
  const { pairings } = await server.call('pairing.list', {});
  const code = pairings[0]?.code ?? '';
  await server.call('pairing.approve', { code });
  await telegram.waitFor(() => telegram.visibleFromBot(7).length === 2, soon());
  await expect(server.call('pairing.approve', { code })).rejects.toMatchObject({
    code: 'request.not-found',
  });
  expect(await reply(7, 'Hello')).toBe('You said: Hello');

  const revoked = { channel: 'telegram', sender: '7' };
  expect(await server.call('pairing.revoke', revoked)).toEqual({ ok: true });
  expect(await server.call('pairing.revoke', revoked)).toEqual({ ok: false });
  expect(await reply(7, 'Hello')).toContain('cuttle pair approve');

  const crowd = Array.from({ length: 60 }, (_, index) => 1001 + index);
  for (const id of crowd) telegram.user({ id, firstName: `Person ${id}` });
  for (const id of crowd) telegram.say({ from: id, text: 'Hello' });
  await telegram.waitFor(() => telegram.pendingUpdates.length === 0, soon());
  const all = await server.call('pairing.list', {});
  expect(all.pairings.length).toBeGreaterThanOrEqual(50);
  telegram.user({ id: 9000, firstName: 'Late' });
  telegram.say({ from: 9000, text: 'Hello' });
  await telegram.waitFor(() => telegram.pendingUpdates.length === 0, soon());
  const { pairings: last } = await server.call('pairing.list', {});
  expect(last.map(({ sender }) => sender)).not.toContain('9000');
}, 60_000);

it('asks the owner, who decides by a button or a message of their own', async () => {
  await using world = await openWorld();
  const { telegram, gateway, reply, next, say, codeOf } = world;
  const socket = await gateway.connect();
  const reader = await gateway.connect({ auth: { token: putReader(gateway.home) } });
  expect(await reply(owner, '/pair')).toBe('Nobody waits to be let in.');
  expect(await reply(ann, 'Hello')).toContain('/pair ');
  const asked = await next(owner, 1);
  const code = await codeOf(ann);
  expect(asked).toMatch(/^Ann here https evil example \(7\) asks to be let in on telegram\/main\./);
  expect(asked).toContain(`/pair ${code}`);
  await socket.until(({ event }) => event === 'pairing.changed');
  // Who may not ask who waits is not told that somebody does.
  expect(await reader.call('status')).toMatchObject({ ok: true });
  expect(reader.events.filter(({ event }) => event === 'pairing.changed')).toEqual([]);

  // Who is no owner may not, and a group is not told whether a code holds.
  await say(ann, `/pair ${code}`);
  for (const words of [`/pair ${code}`, '/pair AAAABBBB'])
    expect(await reply(owner, words, group)).toContain('are not for groups');
  expect(await codeOf(ann)).toBe(code);

  const { id: messageId } = telegram.visibleFromBot(owner)[1] ?? { id: 0 };
  const seen = telegram.visibleFromBot(owner).length;
  telegram.pressButton({ from: owner, chat: owner, messageId, button: 'Let in' });
  expect(await next(owner, seen)).toContain('is let in on telegram/main.');
  expect(await next(ann, 1)).toBe('You are in. Send me a message.');
  expect(await reply(ann, 'Hello')).toBe('You said: Hello');

  // Refused: silence until the code would have ended, and the owner is told of nobody twice.
  await reply(bob, 'Hello');
  const bobs = await codeOf(bob);
  expect(await next(owner, seen + 1)).toContain('Bob (8) asks');
  expect(await reply(owner, '/pair')).toContain(`– ${bobs}: Bob (8) on telegram/main, until `);
  expect(await reply(owner, `/pair deny ${bobs.toLowerCase()}`)).toContain('Bob (8) is refused');
  expect(await reply(owner, `/pair ${bobs}`)).toBe(
    'This pairing code is unknown, used or expired.',
  );
  await say(bob, 'Please');
  expect(await codeOf(bob)).toBe('');
  world.clock.forward(3_600_000);
  await reply(bob, 'Please');
  expect(await codeOf(bob)).not.toBe('');
  expect(await reply(owner, '/pair deny')).toContain('It is written like this: /pair');
  const told = telegram
    .visibleFromBot(owner)
    .filter(({ text }) => text.includes('asks to be let in on'));
  expect(told).toHaveLength(2);
}, 60_000);

it('takes no code after too many wrong ones, at every door and over a restart', async () => {
  await using world = await openWorld({ tellOwner: false });
  const { gateway, reply, clock, codeOf } = world;
  await reply(owner, 'Hello');
  await reply(ann, 'Hello');
  const code = await codeOf(ann);
  const guess = (wrong: string): Promise<unknown> =>
    gateway.server.call('pairing.approve', { code: wrong });
  for (let n = 2; n < 9; n += 1)
    await expect(guess(`AAAA${n}`)).rejects.toMatchObject({ code: 'request.not-found' });
  await expect(gateway.server.call('pairing.refuse', { code: 'BBBBB' })).rejects.toMatchObject({
    code: 'request.not-found',
  });
  const page = await gateway.connect();
  const send = async (message: string, idempotencyKey: string): Promise<unknown> =>
    payloadOf(await page.call('chat.send', { sessionKey: 'main', message, idempotencyKey }))[
      'reply'
    ];
  expect(await send('/pair CCCCC', 'a')).toContain('unknown, used or expired');
  expect(await reply(owner, '/pair DDDDD')).toContain('unknown, used or expired');

  const locked = { code: 'pairing.locked', retryAfterMs: expect.any(Number) };
  await expect(guess(code)).rejects.toMatchObject(locked);
  await gateway.restart();
  await expect(guess(code)).rejects.toMatchObject(locked);
  expect(await reply(owner, `/pair ${code}`)).toMatch(/None is taken for (9|10) more minutes/);
  const answer = await gateway.fetch('/v1/models');
  expect(answer.status).toBe(200);
  clock.forward(600_000);
  expect(await reply(owner, `/pair ${code}`)).toContain('is let in on telegram/main.');
  expect(await reply(ann, 'Hello')).toBe('You said: Hello');
}, 60_000);

it('ends a code with its time, gives a stranger few of them, and lists who was let in', async () => {
  await using world = await openWorld({ ttlMs: 60_000, tellOwner: false });
  const { telegram, gateway, reply, say, clock, codeOf } = world;
  const { server } = gateway;
  for (let n = 1; n <= 3; n += 1) {
    expect(await reply(ann, 'Hello')).toContain('for 1 minutes');
    const code = await codeOf(ann);
    await say(ann, 'Hello?');
    expect(await codeOf(ann)).toBe(code);
    clock.forward(60_000);
    expect(await codeOf(ann)).toBe('');
    await expect(server.call('pairing.approve', { code })).rejects.toMatchObject({
      code: 'request.not-found',
    });
  }
  const seen = telegram.visibleFromBot(ann).length;
  await say(ann, 'Hello!');
  expect(await codeOf(ann)).toBe('');
  expect(telegram.visibleFromBot(ann)).toHaveLength(seen);
  clock.forward(3_600_000);
  await reply(ann, 'Hello');
  await server.call('pairing.approve', { code: await codeOf(ann) });
  const { people } = await server.call('pairing.allowed', {});
  const place = { channel: 'telegram', account: 'main', sender: '7' };
  expect(people).toMatchObject([{ ...place, since: expect.any(String) }]);
  // Also where the account is not connected now.
  telegram.revokeToken();
  await gateway.restart();
  expect(await server.call('pairing.revoke', place).catch(() => 'stopped')).toBe('stopped');
  expect(await gateway.server.call('pairing.revoke', place)).toEqual({ ok: true });
  expect(await gateway.server.call('pairing.allowed', {})).toEqual({ people: [] });
  await expect(
    gateway.server.call('pairing.revoke', { ...place, account: 'nobody' }),
  ).rejects.toMatchObject({ code: 'channel.not-found' });
}, 60_000);
