import { once } from 'node:events';
import { Client, Events, GatewayIntentBits, Partials } from 'discord.js';
import { expect, it } from 'vitest';
import { openDiscordServer } from './discord-server.ts';

// The example of the README, word for word.
it('answers a greeting', async () => {
  await using discord = await openDiscordServer();
  const ann = discord.user({ globalName: 'Ann' });
  const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.DirectMessages];
  const client = new Client({
    intents,
    partials: [Partials.Channel],
    rest: { api: discord.restUrl },
  });
  client.on(Events.MessageCreate, (message) => {
    if (!message.author.bot) void message.reply(`Hello, ${message.author.displayName}`);
  });
  const ready = once(client, Events.ClientReady);
  await client.login(discord.token);
  await ready;

  const { channelId } = discord.say({ from: ann, text: 'hi' });
  const reply = await discord.waitFor(
    () => discord.visibleFromBot(channelId)[0],
    AbortSignal.timeout(5000),
  );

  expect(reply.content).toBe('Hello, Ann');
  await client.destroy();
});
