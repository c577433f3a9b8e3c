import { once } from 'node:events';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  ModalBuilder,
  Partials,
  REST,
  Routes,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { expect, it } from 'vitest';
import { type DiscordServer, openDiscordServer } from './discord-server.ts';

const soon = (): AbortSignal => AbortSignal.timeout(10_000);

async function open(server: DiscordServer): Promise<Client<true>> {
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.GuildMessageReactions,
      GatewayIntentBits.DirectMessages,
      GatewayIntentBits.MessageContent,
    ],
    partials: [Partials.Channel],
    rest: { api: server.restUrl },
  });
  const ready = new Promise<Client<true>>((resolve) => {
    client.once(Events.ClientReady, resolve);
  });
  await client.login(server.token);
  return ready;
}

it('serves a real discord.js bot: messages, edits, reactions, threads and errors', async () => {
  await using server = await openDiscordServer();
  const ann = server.user({ username: 'ann', globalName: 'Ann' });
  const guild = server.guild({ name: 'Us', members: [ann] });
  const general = server.channel({ guild, name: 'general' });
  const client = await open(server);
  try {
    expect(client.user.id).toBe(server.bot.id);
    expect(client.guilds.cache.get(guild)?.name).toBe('Us');
    client.on(Events.MessageCreate, (message) => {
      if (message.author.bot) return;
      void (async () => {
        await message.react('👍');
        const reply = await message.reply({
          content: `Hello, ${message.author.displayName}`,
          nonce: 'n1',
          enforceNonce: true,
        });
        await reply.edit('Hello again');
        if (message.guild)
          await message.startThread({ name: 'More' }).then((thread) => thread.send('In here'));
      })();
    });
    const { channelId } = server.say({ from: ann, text: 'hi' });
    await server.waitFor(
      () => server.visibleFromBot(channelId)[0]?.content === 'Hello again',
      soon(),
    );
    const said = server.say({ from: ann, channel: general, text: 'all', mention: true });
    await server.waitFor(() => server.visibleFromBot(said.messageId)[0], soon());
    expect(server.visibleFromBot(said.messageId)[0]?.content).toBe('In here');
    expect(server.visible(general)[0]).toMatchObject({ reactions: [{ emoji: { name: '👍' } }] });
    const channel = await client.channels.fetch(general);
    const refused = await (
      channel?.isSendable() ? channel.send('x'.repeat(2001)) : undefined
    )?.catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DiscordAPIError);
    expect(refused).toMatchObject({ code: 50_035, status: 400 });
  } finally {
    await client.destroy();
  }
});

it('lists its guilds, their channels and whom a search finds', async () => {
  await using server = await openDiscordServer({ limits: true });
  const ann = server.user({ username: 'ann', globalName: 'Ann' });
  const guild = server.guild({ name: 'Us', members: [ann], nicks: { [ann]: 'Annie' } });
  const general = server.channel({ guild, name: 'general' });
  const client = await open(server);
  try {
    const guilds = await client.guilds.fetch({ limit: 10 });
    expect(guilds.map(({ name }) => name)).toEqual(['Us']);
    const us = await guilds.get(guild)?.fetch();
    const found = await us?.members.search({ query: 'anni', limit: 10 });
    expect(found?.map(({ id, displayName }) => [id, displayName])).toEqual([[ann, 'Annie']]);
    const channels = await us?.channels.fetch();
    expect(channels?.map((channel) => [channel?.id, channel?.name])).toEqual([
      [general, 'general'],
    ]);
  } finally {
    await client.destroy();
  }
});

it('serves its buttons, commands and forms', async () => {
  await using server = await openDiscordServer();
  const ann = server.user();
  const client = await open(server);
  try {
    const rest = new REST({ api: server.restUrl }).setToken(server.token);
    const body = [
      { name: 'ask', description: 'Asks', options: [{ type: 3, name: 'what', description: 'x' }] },
    ];
    await rest.put(Routes.applicationCommands(client.application.id), { body });
    expect(server.commands).toMatchObject([{ name: 'ask', description: 'Asks' }]);
    client.on(Events.InteractionCreate, (interaction) => {
      void (async () => {
        if (interaction.isChatInputCommand()) {
          const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
            new ButtonBuilder().setCustomId('yes').setLabel('Yes').setStyle(ButtonStyle.Success),
          );
          const what = interaction.options.getString('what', true);
          await interaction.reply({ content: `Really ${what}?`, components: [row] });
        } else if (interaction.isButton()) {
          const input = new TextInputBuilder()
            .setCustomId('why')
            .setLabel('Why')
            .setStyle(TextInputStyle.Short);
          const row = new ActionRowBuilder<TextInputBuilder>().addComponents(input);
          await interaction.showModal(
            new ModalBuilder().setCustomId('form').setTitle('Why').addComponents(row),
          );
        } else if (interaction.isModalSubmit()) {
          await interaction.deferReply();
          await interaction.editReply(`Because ${interaction.fields.getTextInputValue('why')}`);
        }
      })();
    });
    const dm = server.direct(ann);
    server.command({ from: ann, name: 'ask', options: { what: 'this' } });
    const asked = await server.waitFor(() => server.visibleFromBot(dm)[0], soon());
    expect(asked.content).toBe('Really this?');
    const { interactionId } = server.press({
      from: ann,
      channel: dm,
      messageId: asked.id,
      button: 'Yes',
    });
    await server.waitFor(() => server.interactions.get(interactionId)?.answer?.type === 9, soon());
    server.submit({ interactionId, values: { why: 'so' } });
    await server.waitFor(() => server.visibleFromBot(dm)[1]?.content === 'Because so', soon());
  } finally {
    await client.destroy();
  }
});

it('resumes its session after a cut, and begins another where that is gone', async () => {
  await using server = await openDiscordServer();
  const ann = server.user();
  const client = await open(server);
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  const resumed = (): Promise<unknown> => once(client, Events.ShardResume);
  try {
    server.say({ from: ann, text: 'one' });
    const first = resumed();
    server.gateway.cut();
    await server.waitFor(() => server.gateway.connections === 0, soon());
    server.say({ from: ann, text: 'two' });
    await first;
    const second = resumed();
    server.gateway.reconnect();
    await second;
    expect(server.gateway.resumes).toHaveLength(2);
    expect(server.sessions).toHaveLength(1);
    const ready = once(client, Events.ShardReady);
    server.gateway.invalidate('ended');
    await ready;
    expect(server.sessions).toHaveLength(2);
    server.say({ from: ann, text: 'three' });
    await expect.poll(() => heard).toEqual(['one', 'two', 'three']);
  } finally {
    await client.destroy();
  }
}, 20_000);
