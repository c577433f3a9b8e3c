import { openDiscordServer } from '@cuttle/testkit/discord';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { expect, it } from 'vitest';
import { openGateway } from './open-gateway.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);
const ann = 1001;

it('acts on messages of the conversation it is in, marks what it takes, and hears its buttons', async () => {
  await using telegram = await openTelegramServer();
  await using discord = await openDiscordServer();
  const person = discord.user({ globalName: 'Ann' });
  const dm = discord.direct(person);
  telegram.user({ id: ann });
  const marks = { ackReaction: '👀', statusReactions: { done: '👍', failed: '😢' } };
  const { token, url: apiRoot } = telegram;
  const reactionNotifications = 'own';
  const account = { owners: [ann], confirmActions: true, reactionNotifications, ...marks };
  const onTelegram = { token, apiRoot, ...account };
  const { restUrl } = discord;
  const onDiscord = { token: discord.token, restUrl, owners: [person], ackReaction: '👀' };
  await using gateway = await openGateway({
    config: { channels: { telegram: { main: onTelegram }, discord: { main: onDiscord } } },
  });
  const { model } = gateway;
  const telegramSays = (words: string): Promise<true> =>
    telegram.waitFor(
      () => telegram.visibleFromBot(ann).some(({ text }) => text.includes(words)),
      soon(),
    );
  const reactionsOf = (messageId: number): unknown =>
    telegram.visible(ann).find(({ id }) => id === messageId)?.reactions;
  const untilReaction = (messageId: number, emoji: string): Promise<true> =>
    telegram.waitFor(() => JSON.stringify([reactionsOf(messageId)]).includes(emoji), soon());

  // Taken, then answered.
  const first = telegram.say({ from: ann, text: 'Shall I? [[Yes, do|go on]]' });
  await untilReaction(first.messageId, '👍');
  expect(
    telegram.calls('setMessageReaction').map(({ params }) => JSON.stringify(params['reaction'])),
  ).toEqual([expect.stringContaining('👀'), expect.stringContaining('👍')]);

  // Of its own messages the newest is meant; another conversation's cannot be named.
  const acts = [
    '[[tool=telegram_reply_markup {"text":"Choose","buttons":[[{"label":"Left","data":"go left"}]]}]]',
    '[[tool=telegram_react {"emoji":"🔥"}]]',
    '[[tool=telegram_pin {}]]',
    '[[tool=telegram_edit {"text":"hijacked","message":"of-nobody"}]]',
    '[[say=Acted.]]',
  ];
  const second = telegram.say({ from: ann, text: acts.join(' ') });
  await telegramSays('Acted.');
  await untilReaction(second.messageId, '👍');
  expect(telegram.pinned(ann)).toEqual([second.messageId]);
  expect(telegram.visibleFromBot(ann).map(({ text }) => text)).not.toContain('hijacked');
  expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('of-nobody');
  const asked = telegram.visibleFromBot(ann).find(({ text }) => text === 'Choose');
  telegram.pressButton({ from: ann, chat: ann, messageId: asked?.id ?? 0, button: 'Left' });
  await telegramSays('go left');

  const third = telegram.say({
    from: ann,
    replyTo: asked?.id ?? 0,
    text: '[[tool=telegram_edit {"text":"Edited"}]] [[say=Third.]]',
  });
  await telegramSays('Third.');
  await untilReaction(third.messageId, '👍');
  expect(telegram.visibleFromBot(ann).map(({ text }) => text)).toContain('Edited');

  expect(JSON.stringify(model.requests.at(-1)?.body)).toContain('in reply to your message: Choose');

  // A reaction to what it said is a message of who may write; one to what others said is none.
  telegram.user({ id: 2002, firstName: 'Ben' });
  const edited = telegram.visibleFromBot(ann).find(({ text }) => text === 'Edited')?.id ?? 0;
  telegram.react({ from: ann, chat: ann, messageId: third.messageId, emoji: '🤔' });
  telegram.react({ from: 2002, chat: ann, messageId: edited, emoji: '💩' });
  telegram.react({ from: ann, chat: ann, messageId: edited, emoji: '🎉' });
  await telegramSays('reacted with 🎉 to your message: Edited');
  const heard = JSON.stringify(model.requests.map(({ body }) => body));
  expect(heard).not.toContain('🤔');
  expect(heard).not.toContain('💩');

  // What one platform can do is not offered on another, and a mark goes with the answer.
  discord.say({ from: person, text: '[[tool=discord_embed {"title":"A card"}]] [[say=Carded.]]' });
  await discord.waitFor(() => discord.calls('DELETE', reactionRoute).length > 0, soon());
  expect(discord.visibleFromBot(dm).map(({ embeds }) => embeds)).toContainEqual([
    expect.objectContaining({ title: 'A card' }),
  ]);
  const offered = JSON.stringify(model.requests.at(-1)?.body);
  expect(offered).toContain('discord_embed');
  expect(offered).not.toContain('telegram_react');
}, 120_000);

it('finds for its owner alone whom the account it talks by knows', async () => {
  await using telegram = await openTelegramServer();
  await using discord = await openDiscordServer();
  const person = discord.user({ username: 'ann' });
  const ben = discord.user({ username: 'ben', globalName: 'Ben' });
  const general = discord.channel({ guild: discord.guild({ name: 'Us', members: [ben, person] }) });
  telegram.user({ id: ann, firstName: 'Ann' });
  telegram.user({ id: cat, firstName: 'Cat' });
  const { token, url: apiRoot } = telegram;
  const onTelegram = { token, apiRoot, owners: [ann], allowedUsers: [cat] };
  const onDiscord = { token: discord.token, restUrl: discord.restUrl, owners: [person] };
  await using gateway = await openGateway({
    config: { channels: { telegram: { main: onTelegram }, discord: { main: onDiscord } } },
  });
  const lastRequest = (): string => JSON.stringify(gateway.model.requests.at(-1)?.body);
  const look = (query: string, kind: string): string =>
    `[[tool=channel_directory ${JSON.stringify({ query, kind })}]] [[say=Looked.]]`;
  const onPhone = async (from: number, text: string): Promise<string> => {
    const looked = (): number =>
      telegram.visibleFromBot(from).filter((said) => said.text.includes('Looked.')).length;
    const before = looked();
    telegram.say({ from, text });
    await telegram.waitFor(() => looked() > before, soon());
    return lastRequest();
  };
  const dm = discord.direct(person);
  const onDesk = async (text: string): Promise<string> => {
    const looked = (): number =>
      discord.visibleFromBot(dm).filter(({ content }) => content.includes('Looked.')).length;
    const before = looked();
    discord.say({ from: person, text });
    await discord.waitFor(() => looked() > before, soon());
    return lastRequest();
  };

  // Somebody let in has no such tool, by whatever name they know of it.
  const refused = await onPhone(cat, look('ann', 'people'));
  expect(refused).toContain('telegram_react');
  expect(refused).not.toContain(offer);
  expect(refused).not.toContain('those that wrote');
  // Telegram gives no list, so it is those that wrote.
  const seen = await onPhone(ann, look('cat', 'people'));
  expect(seen).toContain(offer);
  expect(seen).toContain(escaped({ id: String(cat), name: 'Cat', kind: 'people' }));
  expect(seen).toContain('these are those that wrote');
  const listed = await onDesk(look('ben', 'people'));
  expect(listed).toContain(escaped({ id: ben, name: 'Ben', handle: 'ben', kind: 'people' }));
  expect(listed).not.toContain('those that wrote');
  // Discord lists nobody without words.
  const wrote = await onDesk(look('', 'people'));
  expect(wrote).toContain(escaped({ id: person, name: 'ann', kind: 'people' }));
  expect(wrote).toContain('those that wrote');
  const channels = await onDesk(look('general', 'groups'));
  expect(channels).toContain(escaped({ id: general, name: 'general (Us)', kind: 'groups' }));
  // Behind names that strangers chose, what is sent waits for a person.
  const card = '[[tool=discord_embed {"title":"A card"}]]';
  discord.say({ from: person, text: `${look('ben', 'people')} ${card}` });
  const asks = ({ content }: { readonly content: string }): boolean =>
    content.includes('discord_embed');
  await discord.waitFor(() => discord.visibleFromBot(dm).some(asks), soon());
  const { approvals } = await gateway.server.call('exec.approvals.list', {});
  expect(approvals).toMatchObject([{ tool: 'discord_embed', state: 'pending' }]);
}, 120_000);

const cat = 3003;
/** As a tool stands in a request that may call it. */
const offer = '"name":"channel_directory","description"';
/** As it stands in a text of a request. */
const escaped = (row: object): string => JSON.stringify(JSON.stringify(row)).slice(1, -1);
const reactionRoute = '/channels/:channel/messages/:message/reactions/:emoji/@me';
