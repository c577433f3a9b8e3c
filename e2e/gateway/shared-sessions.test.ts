import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from './open-gateway.ts';

let telegram: TelegramServer;
let gateway: OpenGateway;

beforeAll(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: 7, firstName: 'Ann' });
  telegram.user({ id: 8, firstName: 'Bob' });
  telegram.user({ id: 9, firstName: 'Guest' });
  const account = {
    token: telegram.token,
    apiRoot: telegram.url,
    dmPolicy: 'open',
    allowedUsers: ['7', '8'],
  };
  gateway = await openGateway({
    config: {
      session: { scope: 'per-sender' },
      persons: [{ name: 'Ann', identities: ['telegram:7', 'telegram:8', 'telegram:9'] }],
      channels: { telegram: { main: account } },
    },
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

async function ask(from: number, text: string): Promise<void> {
  telegram.say({ from, text });
  const answer = `You said: ${text}`;
  await telegram.waitFor(
    () => telegram.visibleFromBot(from).find((message) => message.text === answer),
    soon(),
  );
}

it('keeps one session for the accounts of a person, and answers each in its own chat', async () => {
  await ask(7, 'from the first');
  await ask(8, 'from the second');
  await ask(9, 'from a guest');
  const { sessions } = await gateway.server.call('sessions.list', { channel: 'telegram' });
  const { persons } = await gateway.server.call('persons.list', {});
  expect(sessions.map(({ sessionKey, messages }) => [sessionKey, messages])).toEqual([
    ['agent:main:telegram:main:dm:9', 2],
    [`agent:main:person:${persons[0]?.personId}`, 4],
  ]);
  expect(telegram.visibleFromBot(7).map(({ text }) => text)).toEqual(['You said: from the first']);
  expect(telegram.visibleFromBot(8).map(({ text }) => text)).toEqual(['You said: from the second']);
});
