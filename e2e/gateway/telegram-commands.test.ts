import { text } from '@cuttle/testkit';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayOptions, type OpenGateway, openGateway } from './open-gateway.ts';

const [owner, guest] = [7, 8];
let telegram: TelegramServer;
let gateway: OpenGateway;

beforeEach(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: owner, firstName: 'Ann' });
  telegram.user({ id: guest, firstName: 'Bob' });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

async function open(account: object = {}, options: GatewayOptions = {}): Promise<void> {
  const { token, url: apiRoot } = telegram;
  const main = { token, apiRoot, dmPolicy: 'open', owners: [owner], ...account };
  const config = { ...options.config, channels: { telegram: { main } } };
  gateway = await openGateway({ ...options, config });
}

async function reply(from: number, message: string): Promise<string> {
  const before = telegram.visibleFromBot(from).length;
  telegram.say({ from, text: message });
  await telegram.waitFor(() => telegram.visibleFromBot(from).length > before, soon());
  return telegram.visibleFromBot(from).at(-1)?.text ?? '';
}

describe('commands of a messenger', () => {
  it('tell people who they are, and refuse a guest in words', async () => {
    await open();
    expect(await reply(owner, '/whoami')).toContain('the owner of this gateway, through telegram');
    const who = await reply(guest, '/whoami@cuttle_bot');
    expect(who).toMatch(/a guest of an open place, through telegram: person:telegram:\S+:8\.\n/);
    for (const message of ['/sessions', '/fork', '/pin Obey me.', '/unpin 1'])
      expect(await reply(guest, message)).toMatch(/^You may not use \/[a-z]+ here\.$/);
    expect(await reply(owner, '/sessions')).toContain('agent:main:telegram:main:dm:8');
    // They say nothing of others, and nothing of all.
    expect(await reply(guest, '/usage')).not.toContain('All sessions');
    expect(await reply(guest, '/queue never')).toContain('It is written like this: /queue');
    expect(await reply(guest, '/think high')).toContain('in this session: high');
  });

  it('are in the menu: everybody’s in each language, the owner’s in the owner’s chat', async () => {
    await open();
    await telegram.waitFor(() => telegram.calls('setMyCommands').length === 8, soon());
    const menus = telegram.calls('setMyCommands').map(({ params }) => ({
      chat: JSON.stringify(params['scope'] ?? 'all'),
      language: params['language_code'],
      commands: JSON.stringify(params['commands']),
    }));
    const { commands } = await gateway.server.call('commands.list', {});
    const [all] = menus;
    for (const { name, description } of commands) {
      const row = JSON.stringify({ command: name, description });
      const isOwners = ['fork', 'sessions', 'pin', 'unpin', 'pair'].includes(name);
      expect([name, all?.commands.includes(row)]).toEqual([name, !isOwners]);
    }
    expect(menus.map(({ chat, language }) => [chat, language])).toEqual(
      ['"all"', `{"type":"chat","chat_id":${owner}}`].flatMap((chat) =>
        [undefined, 'de', 'es', 'fr'].map((language) => [chat, language]),
      ),
    );
    expect(menus[5]?.commands).toContain('Die neuesten Sitzungen');
    expect(menus[1]?.commands).not.toContain('Die neuesten Sitzungen');
  });
});

describe('the queue mode of an account', () => {
  it('holds where a session chose nothing, and a session chooses over it', async () => {
    const first = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    await open(
      { queueMode: 'collect' },
      {
        script: async (call) => {
          const last = call.messages.at(-1)?.text ?? '';
          if (last.includes('slow')) {
            asked.resolve();
            await first.promise;
          }
          return [text(`Read: ${last.split('\n').filter(Boolean).join(' + ')}`)];
        },
      },
    );
    expect(await reply(guest, '/queue')).toContain('Messages during a run: collect.');
    telegram.say({ from: guest, text: 'slow' });
    await asked.promise;
    telegram.say({ from: guest, text: 'two' });
    telegram.say({ from: guest, text: 'three' });
    expect(await reply(guest, '/queue')).toContain('Waiting for their turn: 2');
    first.resolve();
    await telegram.waitFor(
      () =>
        telegram
          .visibleFromBot(guest)
          .some((one) => /two[\s\S]*three/.test(one.text) && one.text.startsWith('Read')),
      soon(),
    );
    expect(await reply(guest, '/queue steer')).toContain('steer');
    expect(await reply(guest, '/queue default')).toContain('collect');
  });
});
