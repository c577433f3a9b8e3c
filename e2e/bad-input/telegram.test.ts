import { echoScript } from '@cuttle/testkit';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

let telegram: TelegramServer;
let gateway: OpenGateway;
beforeEach(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 500 });
  telegram.user({ id: 7, firstName: 'Ann' });
  telegram.user({ id: 8, firstName: 'Bob' });
  gateway = await openGateway({
    script: echoScript(),
    config: {
      channels: {
        telegram: {
          main: {
            token: telegram.token,
            apiRoot: telegram.url,
            dmPolicy: 'open',
            streaming: false,
          },
        },
      },
    },
  });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const answersTo = (person: number, words: string): Promise<readonly string[]> =>
  telegram.waitFor(() => {
    const texts = telegram.visibleFromBot(person).map(({ text }) => text);
    return texts.some((text) => text.includes(words)) ? texts : undefined;
  }, soon());

describe('Telegram', () => {
  it('asks to wait (429): nothing is sent before, and then once', async () => {
    using fault = telegram.fail({
      method: 'sendMessage',
      act: { code: 429, retryAfter: 1 },
    });
    telegram.say({ from: 7, text: 'One' });
    expect(await answersTo(7, 'You said: One')).toEqual(['You said: One']);
    expect(fault.struck).toBe(1);
    const [refused, sent] = telegram.calls('sendMessage');
    expect((sent?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(telegram.calls('sendMessage')).toHaveLength(2);
  });

  it('refuses the markup (400): it is sent as plain text', async () => {
    using fault = telegram.fail({
      method: 'sendMessage',
      match: (params) => params['parse_mode'] !== undefined || params['entities'] !== undefined,
      times: 10,
      act: { code: 400, description: "Bad Request: can't parse entities" },
    });
    telegram.say({ from: 7, text: '[[say=Some *bold* words]]' });
    expect((await answersTo(7, 'bold')).join()).toContain('words');
    expect(fault.struck).toBe(1);
  });

  it('refuses the message for good (400): it is listed, and the next one is sent', async () => {
    using fault = telegram.fail({
      method: 'sendMessage',
      match: ({ text }) => String(text).includes('cursed'),
      times: 10,
      act: { code: 400, description: 'Bad Request: message is not to my taste' },
    });
    telegram.say({ from: 7, text: '[[say=cursed words]]' });
    telegram.say({ from: 7, text: '[[say=good words]]' });
    await answersTo(7, 'good words');
    await gateway.server.settled();
    expect(fault.struck).toBeGreaterThan(0);
    const { messages } = await gateway.server.call('messages.failed', {});
    expect(messages).toMatchObject([
      { state: 'dead', text: 'cursed words', reason: expect.stringMatching(/^channel\.invalid: /) },
    ]);
  });

  it('says that the person blocked the bot (403): others are answered, the owner can see it', async () => {
    telegram.block(7, 'blocked');
    telegram.push('message', {
      message_id: 900,
      date: Math.floor(Date.now() / 1000),
      chat: { id: 7, type: 'private', first_name: 'Ann' },
      from: { id: 7, is_bot: false, first_name: 'Ann' },
      text: 'Bye',
    });
    telegram.say({ from: 8, text: 'Hi' });
    await answersTo(8, 'You said: Hi');
    await gateway.server.settled();
    const { messages } = await gateway.server.call('messages.failed', {});
    expect(messages).toMatchObject([
      {
        state: 'dead',
        text: 'You said: Bye',
        reason: expect.stringMatching(/^channel\.blocked: /),
      },
    ]);
  });

  it('takes the token back (401): the account says so, and nothing else stops', async () => {
    telegram.say({ from: 7, text: 'First' });
    await answersTo(7, 'You said: First');
    telegram.revokeToken();
    telegram.dropConnections();
    await expect
      .poll(async () => (await gateway.server.call('channels.status', {})).channels, {
        timeout: 20_000,
      })
      .toMatchObject([{ state: 'failed', detail: expect.stringContaining('channel.auth') }]);
    const { ready } = await gateway.server.call('health', {});
    expect(ready).toBe(true);
  });

  it('sends updates that are none: they are passed over, and the next message is answered', async () => {
    for (const payload of [null, 7, 'text', [], {}, { message_id: 'x' }, { chat: null, text: {} }])
      telegram.push('message', payload);
    telegram.push('a_kind_of_tomorrow', { anything: true });
    telegram.say({ from: 7, text: 'Still there?' });
    expect(await answersTo(7, 'You said: Still there?')).toHaveLength(1);
    await telegram.waitFor(() => telegram.pendingUpdates.length === 0 || undefined, soon());
  });
});
