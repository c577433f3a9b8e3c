import { openDiscordServer } from '@cuttle/testkit/discord';
import { openSlackServer } from '@cuttle/testkit/slack';
import { openTelegramServer, type Said, type TelegramServer } from '@cuttle/testkit/telegram';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type GatewayOptions, type OpenGateway, openGateway } from '../gateway/open-gateway.ts';

const ann = 1001;
const parrot = 2002;
const group = -1001;
const soon = (): AbortSignal => AbortSignal.timeout(20_000);

let telegram: TelegramServer;
let gateway: OpenGateway | undefined;

beforeEach(async () => {
  telegram = await openTelegramServer({ longPollCapMs: 1000 });
  telegram.user({ id: ann, firstName: 'Ann' });
  telegram.user({ id: parrot, firstName: 'Parrot', isBot: true });
  telegram.group({ id: group, members: [ann, parrot] });
});
afterEach(async () => {
  await gateway?.[Symbol.asyncDispose]();
  gateway = undefined;
  await telegram[Symbol.asyncDispose]();
});

/** A cut in the middle of a send is settled soon. */
const delivery = { deadlineMs: 800, marginMs: 100 };

async function open(
  account: object,
  overrides: GatewayOptions['overrides'] = {},
): Promise<OpenGateway> {
  const { token, url: apiRoot } = telegram;
  const main = { token, apiRoot, dmPolicy: 'open', ...account };
  const channels = { telegram: { main } };
  gateway = await openGateway({ config: { delivery, channels }, overrides });
  return gateway;
}

const said = (chat: number): string[] => telegram.visibleFromBot(chat).map(({ text }) => text);
const untilSaid = (chat: number, words: string): Promise<true> =>
  telegram.waitFor(() => said(chat).some((text) => text.includes(words)) || undefined, soon());

/** Told behind it: it was accepted. */
const untilTaken = ({ update }: Said): Promise<true> =>
  telegram.waitFor(
    () =>
      telegram
        .calls('getUpdates')
        .some(({ params }) => Number(params['offset']) > (update?.update_id ?? Infinity)) ||
      undefined,
    soon(),
  );

it('answers bots so often, then no more until a person speaks, also after a restart', async () => {
  const { server, restart } = await open({ bots: 'mention', botTurns: 2 });
  telegram.say({ from: parrot, chat: group, mention: true, text: 'One' });
  await untilSaid(group, 'One');
  telegram.say({ from: parrot, chat: group, mention: true, text: 'Two' });
  await untilSaid(group, 'Two');
  await untilTaken(telegram.say({ from: parrot, chat: group, mention: true, text: 'Three' }));
  const { channels } = await server.call('channels.status', {});
  expect(channels[0]?.detail).toContain('Bots are not answered in 1 chats');
  await restart();
  telegram.say({ from: parrot, chat: group, mention: true, text: 'Four' });
  telegram.say({ from: ann, chat: group, mention: true, text: 'Enough' });
  await untilSaid(group, 'Enough');
  telegram.say({ from: parrot, chat: group, mention: true, text: 'Five' });
  await untilSaid(group, 'Five');
  expect(said(group).filter((text) => /Three|Four/.test(text))).toEqual([]);
}, 60_000);

it('says which marks the platform does not have, and takes back those of what was stopped', async () => {
  const { server, model } = await open({
    owners: [ann],
    ackReaction: '👀',
    statusReactions: { failed: '🦑' },
  });
  const { channels } = await server.call('channels.status', {});
  expect(channels[0]?.detail).toContain('no reaction 🦑');
  const first = telegram.say({ from: ann, text: '[[first=20000]] Slow' });
  await model.untilCalls(1, soon());
  const second = telegram.say({ from: ann, text: 'Waiting' });
  const reactionsOf = (messageId: number): string =>
    JSON.stringify(telegram.visible(ann).find(({ id }) => id === messageId)?.reactions ?? []);
  const ids = [first.messageId, second.messageId];
  const untilMarks = (isThere: boolean): Promise<true> =>
    telegram.waitFor(
      () => ids.every((id) => reactionsOf(id).includes('👀') === isThere) || undefined,
      soon(),
    );
  await untilMarks(true);
  telegram.say({ from: ann, text: '/stop' });
  await untilSaid(ann, 'Stopped');
  await untilMarks(false);
}, 60_000);

const greetings = { added: 'I am here.', joined: 'Welcome, {name}!' };

it('greets a group it comes into and people who come, once, where that is wanted', async () => {
  const { restart, model } = await open({ greetings });
  const added = telegram.addBot({ chat: group, from: ann });
  await untilSaid(group, 'I am here.');
  if (added) telegram.sendDuplicate(added.update_id);
  const came = telegram.join({ chat: group, users: [ann, parrot] });
  await untilSaid(group, 'Welcome, Ann!');
  await restart();
  if (came) telegram.sendDuplicate(came.update_id);
  telegram.say({ from: ann, chat: group, mention: true, text: 'Done' });
  await untilSaid(group, 'Done');
  expect(said(group).filter((text) => !text.includes('Done'))).toEqual([
    'I am here.',
    'Welcome, Ann!',
  ]);
  expect(model.calls).toHaveLength(1);
}, 60_000);

it('greets on Discord and Slack, too', async () => {
  await using discord = await openDiscordServer();
  await using slack = await openSlackServer({ subscriptions: ['member_joined_channel'] });
  const { botToken, appToken, apiUrl } = slack;
  const onSlack = { botToken, appToken, apiUrl, greetings: { added: greetings.added } };
  const onDiscord = { token: discord.token, restUrl: discord.restUrl, greetings };
  const user = discord.user({ globalName: 'Ben' });
  const general = discord.channel({ guild: discord.guild({ members: [user] }) });
  gateway = await openGateway({
    config: { channels: { discord: { main: onDiscord }, slack: { main: onSlack } } },
  });
  await discord.waitFor(() => discord.sessions.at(-1)?.connected || undefined, soon());
  discord.say({ from: user, channel: general, text: '', type: 7 });
  const onGeneral = (): string[] => discord.visibleFromBot(general).map(({ content }) => content);
  await discord.waitFor(() => onGeneral().length > 0 || undefined, soon());
  expect(onGeneral()).toEqual(['Welcome, Ben!']);
  const cat = slack.user({ name: 'Cat' });
  const channel = slack.channel({ name: 'talk', members: [cat] });
  slack.join({ user: cat, channel });
  slack.join({ user: slack.botUserId, channel, inviter: cat });
  const onChannel = (): string[] => slack.visible(channel).map(({ shown }) => shown);
  await slack.waitFor(() => onChannel().length > 0 || undefined, soon());
  expect(onChannel()).toEqual(['I am here.']);
}, 60_000);

it('finds people and then groups on Slack, as many as are asked for', async () => {
  await using slack = await openSlackServer();
  const { botToken, appToken, apiUrl } = slack;
  const cat = slack.user({ name: 'cat' });
  const cats = slack.channel({ name: 'cats', members: [cat] });
  gateway = await openGateway({
    config: { channels: { slack: { main: { botToken, appToken, apiUrl } } } },
  });
  const find = async (more: object) =>
    gateway?.server.call('channels.directory', { channel: 'slack', query: 'cat', ...more });
  const person = { id: cat, name: 'cat', handle: 'cat', kind: 'people' };
  const channel = { id: cats, name: 'cats', kind: 'groups' };
  expect(await find({})).toEqual({ source: 'platform', rows: [person, channel], more: false });
  expect(await find({ limit: 1 })).toMatchObject({ rows: [person], more: true });
  expect(await find({ kind: 'groups' })).toMatchObject({ rows: [channel], more: false });
}, 60_000);

it('lets several agents answer one message of a group, each once, in order and in its own voice', async () => {
  const { token, url: apiRoot } = telegram;
  const main = { token, apiRoot, dmPolicy: 'open', ackReaction: '👀' };
  gateway = await openGateway({
    config: {
      delivery,
      bindings: [{ match: { channel: 'telegram', group }, agents: ['cook', 'gardener'] }],
      channels: { telegram: { main } },
    },
    adjust: (config) => {
      config.agents.list = [
        { id: 'main' },
        { id: 'cook', system: 'KITCHEN', identity: { name: 'Remy', emoji: '🐀' } },
        { id: 'gardener', system: 'GARDEN' },
      ];
    },
  });
  const { model } = gateway;
  const isAsked = (agent: string): boolean =>
    model.calls.some(({ system }) => system.includes(agent));
  const asked = telegram.say({
    from: ann,
    chat: group,
    mention: true,
    text: '[[first=1000]] Soup?',
  });
  await model.untilCalls(1, soon());
  expect([isAsked('KITCHEN'), isAsked('GARDEN')]).toEqual([true, false]);
  await gateway.restart();
  if (asked.update) telegram.sendDuplicate(asked.update.update_id);
  const answers = (): string[] => said(group).filter((text) => text.includes('Soup'));
  await telegram.waitFor(() => answers().length > 1 || undefined, soon());
  telegram.say({ from: ann, chat: group, mention: true, text: 'And tea?' });
  await telegram.waitFor(
    () => said(group).filter((text) => text.includes('tea')).length > 1 || undefined,
    soon(),
  );
  expect(answers().map((text) => text.split('\n')[0])).toEqual(['🐀 Remy:', 'Cuttle:']);
  const { sessions } = await gateway.server.call('sessions.list', {});
  expect(
    sessions.map(({ sessionKey, messages }) => `${sessionKey} ${messages}`).toSorted(),
  ).toEqual([
    `agent:cook:telegram:main:group:${group} 4`,
    `agent:gardener:telegram:main:group:${group} 4`,
  ]);
  // To look, one is enough.
  telegram.say({ from: ann, chat: group, text: '/status' });
  await untilSaid(group, 'Agent Remy');
  expect(said(group).filter((text) => text.startsWith('Agent '))).toHaveLength(1);
}, 60_000);

it('takes an album as one message over a restart, quotes whom it answers in a group, and marks failures', async () => {
  const { model, restart } = await open({ errorPrefix: '⚠️' });
  const bytes = new Uint8Array([1, 2, 3]);
  const part = (text = ''): Said =>
    telegram.say({ from: ann, text, album: 'a1', file: { kind: 'photo', name: 'a.jpg', bytes } });
  const first = part('Three pictures');
  part();
  await telegram.waitFor(
    () =>
      telegram
        .calls('getUpdates')
        .some(({ params }) => params['offset'] === first.update?.update_id) || undefined,
    soon(),
  );
  const restarting = restart();
  part();
  await restarting;
  await untilSaid(ann, 'Three pictures');
  expect(model.calls).toHaveLength(1);

  const asked = telegram.say({ from: ann, chat: group, mention: true, text: 'Who?' });
  await untilSaid(group, 'Who?');
  expect(telegram.visibleFromBot(group).map(({ replyTo }) => replyTo)).toEqual([asked.messageId]);
  expect(telegram.visibleFromBot(ann).map(({ replyTo }) => replyTo)).toEqual([undefined]);

  telegram.say({ from: ann, text: '[[fail=400]] Fail' });
  await untilSaid(ann, '⚠️ I could not answer');
}, 60_000);

it('takes on its own what came to an album between its storing and its acknowledgement', async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const part = (text: string): Said =>
    telegram.say({ from: ann, text, album: 'a1', file: { kind: 'photo', name: 'a.jpg', bytes } });
  let cuts = 0;
  const point = (instant: string): void => {
    if (instant !== 'accept.before.ack' || cuts > 0) return;
    cuts += 1;
    part('Third');
    throw new Error('The acknowledgement is lost.');
  };
  const { model } = await open({}, { point });
  part('First');
  part('Second');
  await untilSaid(ann, 'Third');
  await untilTaken(telegram.say({ from: ann, text: 'Over' }));
  await untilSaid(ann, 'Over');
  const asked = model.calls.map(({ messages }) => messages.at(-1)?.text ?? '');
  const times = (words: string): number => asked.filter((text) => text.includes(words)).length;
  expect(['First', 'Second', 'Third'].map(times)).toEqual([1, 1, 1]);
  expect(asked.find((text) => text.includes('First'))).toContain('Second');
}, 60_000);
