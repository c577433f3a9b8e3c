import { echoScript } from '@cuttle/testkit';
import { type DiscordServer, openDiscordServer } from '@cuttle/testkit/discord';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { expect, it } from 'vitest';
import { openServerHome } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);

function configFor(discord: DiscordServer, modelUrl: string): object {
  return {
    ...localModel(modelUrl),
    channels: {
      discord: { main: { token: discord.token, restUrl: discord.restUrl, dmPolicy: 'open' } },
    },
    delivery: { deadlineMs: 1500, marginMs: 200 },
    log: { level: 'warn' },
  };
}

it('answers each message on Discord once, whatever is killed, cut or forgotten', async () => {
  await using discord = await openDiscordServer();
  await using model = await openOpenaiServer({ script: echoScript() });
  await using home = await openServerHome(configFor(discord, model.url));
  const ann = discord.user({ globalName: 'Ann' });
  const dm = discord.direct(ann);
  const guild = discord.guild({ members: [ann] });
  const general = discord.channel({ guild });
  const thread = discord.thread({ parent: general });
  const answers = (channel = dm): string[] =>
    discord.visibleFromBot(channel).map(({ content }) => content);
  const untilSaid = (words: string, channel = dm): Promise<true> =>
    discord.waitFor(
      () => answers(channel).some((text) => text.includes(words)) || undefined,
      soon(),
    );
  const untilConnected = (): Promise<true> =>
    discord.waitFor(() => discord.sessions.at(-1)?.connected || undefined, soon());

  const first = home.start();
  await first.ready;
  await untilConnected();
  discord.say({ from: ann, text: 'One' });
  await untilSaid('One');
  discord.say({ from: ann, channel: thread, text: 'Here', mention: true });
  await untilSaid('Here', thread);
  expect(discord.commands.map(({ name }) => name)).toContain('status');

  // Killed while the model is asked: the run is taken over, and the session at Discord resumed.
  const asked = model.requests.length;
  discord.say({ from: ann, text: '[[first=1500]] Two' });
  await model.untilCalls(asked + 1, soon());
  first.kill('SIGKILL');
  await first.exit;
  discord.say({ from: ann, text: 'Three' });
  const second = home.start();
  await second.ready;
  await untilSaid('Two');
  await untilSaid('Three');
  expect(discord.sessions).toHaveLength(1);

  // A send whose answer is lost is repeated under its nonce.
  discord.fail({
    method: 'POST',
    route: '/channels/:channel/messages',
    when: 'after',
    act: 'cut',
  });
  discord.say({ from: ann, text: 'Four' });
  await untilSaid('Four');
  discord.say({ from: ann, text: 'Five' });
  await untilSaid('Five');

  // Discord has forgotten the session: what was said meanwhile stands in the channels.
  second.kill('SIGKILL');
  await second.exit;
  discord.say({ from: ann, text: 'Six' });
  discord.say({ from: ann, channel: general, text: 'There', mention: true });
  discord.expireSessions();
  const third = home.start();
  await third.ready;
  await untilSaid('Six');
  await untilSaid('There', general);
  third.kill('SIGTERM');
  expect((await third.exit).status).toBe(0);

  for (const word of ['One', 'Two', 'Three', 'Four', 'Five', 'Six'])
    expect(answers().filter((text) => text.includes(word))).toHaveLength(1);
  expect(answers(general)).toHaveLength(1);
  expect(answers(thread)).toHaveLength(1);
}, 120_000);

it('says in its log what to switch on where the intent is refused', async () => {
  await using discord = await openDiscordServer({ privilegedIntents: [] });
  await using home = await openServerHome(configFor(discord, 'http://127.0.0.1:9/v1'));
  const server = home.start();
  await server.ready;
  await server.until('4014');
  const client = await server.connect();
  const status = JSON.stringify(await client.call('channels.status', {}));
  expect(status).toContain('Message Content Intent');
  server.kill('SIGTERM');
  await server.exit;
}, 60_000);
