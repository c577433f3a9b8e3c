import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

let telegram: TelegramServer;
let gateway: OpenGateway;
/** Ids that occur nowhere by chance. */
const [anna, ben, group] = [770_011_223, 880_044_556, -1_009_900_112_233];

beforeAll(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: anna, firstName: 'Annabella' });
  telegram.user({ id: ben, firstName: 'Benedict' });
  telegram.group({ id: group, members: [anna, ben] });
  const account = {
    token: telegram.token,
    apiRoot: telegram.url,
    dmPolicy: 'open',
    groupPolicy: 'open',
    allowedUsers: [String(anna), String(ben)],
  };
  gateway = await openGateway({ config: { channels: { telegram: { main: account } } } });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

async function ask(from: number, text: string, chat = from): Promise<void> {
  telegram.say({ from, chat, text, mention: chat < 0 });
  await telegram.waitFor(
    () => telegram.visibleFromBot(chat).find((message) => message.text.includes(text)),
    soon(),
  );
}

/** The names of files below the home, the keys that chain its records apart, that hold one of these words. */
async function filesWith(words: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(gateway.home, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (words.some((word) => path.includes(word))) found.push(path);
    if (!entry.isFile()) continue;
    const bytes = await readFile(path);
    for (const word of words) if (bytes.includes(word)) found.push(`${path}: ${word}`);
  }
  return found;
}

it('takes away one person of two, and leaves the other one whole', async () => {
  const { call } = gateway.server;
  await ask(anna, 'my cat is called quetzalina');
  await ask(ben, 'my dog is called barnabas');
  await ask(anna, 'the group hears of xylographine', group);
  await ask(ben, 'the group hears of marzipan', group);
  await call('sessions.search', { query: 'quetzalina' });
  const hers = [String(anna), 'Annabella', 'quetzalina', 'xylographine'];
  expect(await filesWith(hers)).not.toEqual([]);
  await gateway.server.settled();
  const { path, fileName } = await call('sessions.export_user', { identity: `telegram:${anna}` });
  expect(fileName).toMatch(/^person-.*\.tar$/);
  const archive = await (await gateway.fetch(path)).text();
  for (const word of [...hers, 'manifest.json']) expect(archive).toContain(word);
  expect(archive).not.toMatch(/barnabas|marzipan|Benedict/);
  const stranger = await gateway.fetch(path, { headers: { authorization: 'Bearer wrong' } });
  expect(stranger.status).toBe(401);
  const report = await call('sessions.purge_user', {
    identity: `telegram:${anna}`,
    confirm: true,
  });
  expect(report.warnings).toEqual([]);
  await gateway.restart();
  expect(await filesWith(hers)).toEqual([]);
  const verified = await gateway.server.call('sessions.verify', {});
  expect(verified).toMatchObject({ whole: true });
  const { sessions } = await gateway.server.call('sessions.list', {});
  const keys = sessions.map(({ sessionKey }) => sessionKey).toSorted();
  expect(keys).toEqual([
    `agent:main:telegram:main:dm:${ben}`,
    `agent:main:telegram:main:group:${group}`,
  ]);
  for (const [at, word] of ['barnabas', 'marzipan'].entries()) {
    const { entries } = await gateway.server.call('chat.history', { sessionKey: keys[at] ?? '' });
    expect(JSON.stringify(entries)).toContain(word);
  }
  const again = await gateway.server.call('sessions.purge_user', {
    identity: `telegram:${anna}`,
    confirm: true,
  });
  expect(again.areas.filter(({ count }) => count > 0)).toEqual([]);
  await ask(anna, 'I am new here');
});

it('is the owner’s to ask for, by exactly one name', async () => {
  const { call } = gateway.server;
  const both = { personId: 'x', identity: 'telegram:1', confirm: true } as const;
  await expect(call('sessions.purge_user', both)).rejects.toMatchObject({
    code: 'request.invalid',
  });
  const nobody = { personId: 'nobody', confirm: true } as const;
  await expect(call('sessions.purge_user', nobody)).rejects.toMatchObject({
    code: 'request.not-found',
  });
});
