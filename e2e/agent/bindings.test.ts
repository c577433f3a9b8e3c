import { mkdir, writeFile } from 'node:fs/promises';
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

let telegram: TelegramServer;
let gateway: OpenGateway;

beforeEach(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: 7, firstName: 'Ann' });
  telegram.user({ id: 8, firstName: 'Bob' });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await telegram[Symbol.asyncDispose]();
});

const soon = (): AbortSignal => AbortSignal.timeout(20_000);

/** What the model was told when this person wrote. */
async function promptOf(from: number, text: string): Promise<string> {
  telegram.say({ from, text });
  await telegram.waitFor(
    () => telegram.visibleFromBot(from).find((one) => one.text.includes(text)),
    soon(),
  );
  const call = gateway.model.calls.findLast(({ messages }) => messages.at(-1)?.text.includes(text));
  return call?.system ?? '';
}

describe('agents of a messenger', () => {
  it('answer where they are bound, with what each layer says of them', async () => {
    const account = { token: telegram.token, apiRoot: telegram.url };
    gateway = await openGateway({
      config: {
        bindings: [
          { match: { channel: 'telegram' }, agent: 'front' },
          { match: { channel: 'telegram', peer: 8 }, agent: 'cook' },
        ],
        identity: { emoji: '🦑' },
        channels: {
          telegram: {
            '*': { dmPolicy: 'open', hint: 'HINT OF ALL', identity: { name: 'Inky' } },
            main: account,
          },
        },
      },
      adjust: (config) => {
        config.agents.list = [
          { id: 'main' },
          { id: 'front', system: 'FRONT DESK' },
          { id: 'cook', system: 'KITCHEN', identity: { name: 'Remy', emoji: '🐀' } },
        ];
      },
    });
    const front = await promptOf(7, 'first question');
    expect(front).toContain('FRONT DESK');
    expect(front).toContain('HINT OF ALL');
    expect(front).toContain('You are Inky');
    const cook = await promptOf(8, 'second question');
    expect(cook).toContain('KITCHEN');
    // The account's name wins over the agent's; the sign is said for all, over the agent's own.
    expect(cook).toContain('You are Inky');
    expect(cook).toContain('🦑');
    const { sessions } = await gateway.server.call('sessions.list', {});
    expect(sessions.map(({ sessionKey }) => sessionKey).toSorted()).toEqual([
      'agent:cook:telegram:main:dm:8',
      'agent:front:telegram:main:dm:7',
    ]);
  });

  it('of two bots each answer their own people, and an edit or a topic as what it is', async () => {
    const token = '987654321:AAanother-bot-of-the-same-gateway-here';
    await using second = await openTelegramServer({ token, longPollCapMs: 1000 });
    second.user({ id: 7, firstName: 'Ann' });
    second.user({ id: 8, firstName: 'Bob' });
    const forum = -1001;
    const topics = { 5: 'Soups', 6: 'Cakes' };
    second.group({ id: forum, forum: true, topics, members: [8] });
    const shop = { token: second.token, apiRoot: second.url, agent: 'cook' };
    gateway = await openGateway({
      config: {
        channels: {
          telegram: {
            main: { token: telegram.token, apiRoot: telegram.url, dmPolicy: 'open' },
            shop: { ...shop, dmPolicy: 'allowlist', allowedUsers: [8] },
          },
        },
      },
      adjust: (config) => {
        config.agents.list = [
          { id: 'main', system: 'FRONT DESK' },
          { id: 'cook', system: 'KITCHEN' },
        ];
      },
    });
    const answers = (chat: number): string[] => second.visibleFromBot(chat).map(({ text }) => text);
    const untilAnswered = (chat: number, words: string): Promise<true> =>
      second.waitFor(() => answers(chat).some((text) => text.includes(words)) || undefined, soon());
    expect(await promptOf(7, 'to the first')).toContain('FRONT DESK');
    second.say({ from: 7, text: 'let me in' });
    const asked = second.say({ from: 8, text: 'to the second' });
    await untilAnswered(8, 'to the second');
    expect(gateway.model.calls.at(-1)?.system).toContain('KITCHEN');
    second.editMessage({ chat: 8, messageId: asked.messageId, text: 'to the second, please' });
    for (const [thread, text] of [
      [5, 'hot'],
      [6, 'sweet'],
    ] as const) {
      second.say({ from: 8, chat: forum, thread, text, mention: true });
      await untilAnswered(forum, text);
    }
    expect(answers(7).filter((text) => text.includes('let me in'))).toEqual([]);
    expect(answers(8)).toHaveLength(1);
    const { sessions } = await gateway.server.call('sessions.list', {});
    expect(sessions.map(({ sessionKey }) => sessionKey).toSorted()).toEqual([
      'agent:cook:telegram:shop:dm:8',
      `agent:cook:telegram:shop:group:${forum}:thread:5`,
      `agent:cook:telegram:shop:group:${forum}:thread:6`,
      'agent:main:telegram:main:dm:7',
    ]);
  });

  it('are told nothing private where others write', async () => {
    gateway = await openGateway({
      config: {
        channels: {
          telegram: {
            main: { token: telegram.token, apiRoot: telegram.url, dmPolicy: 'open', owners: [7] },
          },
        },
      },
    });
    const folder = `${gateway.home}/workspace/main`;
    await mkdir(folder, { recursive: true });
    for (const name of ['AGENTS', 'USER', 'MEMORY'])
      await writeFile(`${folder}/${name}.md`, `TEXT OF ${name}`);
    const owner = await promptOf(7, 'from the owner');
    expect(owner).toContain('TEXT OF USER');
    expect(owner).toContain('TEXT OF MEMORY');
    const guest = await promptOf(8, 'from a guest');
    expect(guest).toContain('TEXT OF AGENTS');
    expect(guest).not.toContain('TEXT OF USER');
    expect(guest).not.toContain('TEXT OF MEMORY');
  });
});
