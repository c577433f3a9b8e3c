import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BridgeCommand } from '@cuttle/core-types/bridge';
import { echoScript } from '@cuttle/testkit';
import { openDiscordServer } from '@cuttle/testkit/discord';
import { openOpenaiServer } from '@cuttle/testkit/openai';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { openWhatsappServer } from '@cuttle/testkit/whatsapp';
import { openWhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import { expect, it } from 'vitest';
import { openServerHome, type RunningServer } from '../signals/run-server.ts';
import { localModel } from './local-model.ts';

const soon = (): AbortSignal => AbortSignal.timeout(40_000);
const phone = '491701234567';
const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A picture of its own: no two are equal. */
function picture(seed: number): Buffer {
  return Buffer.from([...signature, ...Array.from({ length: 5000 }, (_, n) => (n * seed) % 251)]);
}

it('sends pictures of the workspace, each seen once on every platform, whatever is killed', async () => {
  await using telegram = await openTelegramServer();
  await using discord = await openDiscordServer();
  await using whatsapp = await openWhatsappServer();
  await using web = await openWhatsappWeb();
  await using model = await openOpenaiServer({ script: echoScript() });
  const ann = discord.user({ globalName: 'Ann' });
  const dm = discord.direct(ann);
  telegram.user({ id: 1001 });
  whatsapp.person({ phone, name: 'Ann' });
  web.person({ phone, name: 'Ann' });
  await using home = await openServerHome({
    ...localModel(model.url),
    tools: { profile: 'coding' },
    channels: {
      telegram: { main: { token: telegram.token, apiRoot: telegram.url, owners: [1001] } },
      discord: { main: { token: discord.token, restUrl: discord.restUrl, owners: [ann] } },
      'whatsapp-web': { main: { program: web.program, owners: [phone] } },
      whatsapp: {
        main: {
          accessToken: whatsapp.accessToken,
          appSecret: whatsapp.appSecret,
          phoneNumberId: whatsapp.numbers[0]?.id,
          verifyToken: 'a-word-of-ours',
          graphUrl: whatsapp.url,
          owners: [phone],
        },
      },
    },
    delivery: { deadlineMs: 1500, marginMs: 200 },
    log: { level: 'warn' },
  });
  const workspace = join(home.folder, 'workspace/main');
  await mkdir(workspace, { recursive: true });
  const pictures = [picture(1), picture(3), picture(7)];
  for (const [at, bytes] of pictures.entries())
    await writeFile(join(workspace, `p${at}.png`), bytes);

  const start = async (): Promise<RunningServer> => {
    const before = whatsapp.calls('number').length;
    const server = home.start();
    const url = new URL('/hooks/whatsapp/main', await server.ready);
    await whatsapp.waitFor(() => whatsapp.calls('number').length >= before + 2, soon());
    await whatsapp.setCallback({ url: url.href, verifyToken: 'a-word-of-ours' });
    // What is said before a bot's first connection is not told to it.
    await discord.waitFor(() => discord.sessions.at(-1)?.connected, soon());
    await web.waitFor(() => web.isListening, soon());
    return server;
  };
  const say = (text: string): void => {
    telegram.say({ from: 1001, text });
    discord.say({ from: ann, text });
    whatsapp.say({ from: phone, text });
    web.say({ from: phone, text });
  };
  const files = (): readonly (readonly { readonly bytes: Uint8Array }[])[] => [
    telegram.filesFromBot(1001),
    discord.filesFromBot(dm),
    whatsapp.files(phone),
    web.visible(phone).flatMap(({ file }) => (file ? [file] : [])),
  ];
  const untilFiles = async (count: number): Promise<void> => {
    for (const [at, platform] of [telegram, discord, whatsapp, web].entries())
      await platform.waitFor(() => (files()[at]?.length ?? 0) >= count, soon());
  };
  const untilSaid = async (words: string): Promise<void> => {
    const says = (text: string): boolean => text.includes(words);
    await telegram.waitFor(
      () => telegram.visibleFromBot(1001).some((one) => says(one.text)),
      soon(),
    );
    await discord.waitFor(
      () => discord.visibleFromBot(dm).some((one) => says(one.content)),
      soon(),
    );
    for (const one of [whatsapp, web])
      await one.waitFor(() => one.visible(phone).some(({ text }) => says(text)), soon());
  };

  const first = await start();
  say('[[tool=file_send {"files":["p0.png","p1.png"],"text":"Two pictures"}]] [[say=One done]]');
  await untilFiles(2);
  await untilSaid('One done');
  // Together where the platform shows them together.
  expect(telegram.calls('sendMediaGroup')).toHaveLength(1);
  expect(telegram.filesFromBot(1001)[0]).toMatchObject({ kind: 'photo', caption: 'Two pictures' });

  // Killed while each platform has shown the next one and not answered.
  telegram.fail({ method: 'sendPhoto', when: 'after', act: 'hang' });
  discord.fail({
    method: 'POST',
    route: '/channels/:channel/messages',
    when: 'after',
    act: 'hang',
  });
  whatsapp.fail({ call: 'send', when: 'after', act: 'hang' });
  const isFile = (command: BridgeCommand): boolean =>
    command.type === 'send' && command.file !== undefined;
  web.fail({ match: isFile, when: 'after', act: 'hang' });
  say('[[tool=file_send {"files":["p2.png"]}]] [[say=Two done]]');
  await untilFiles(3);
  first.kill('SIGKILL');
  await first.exit;
  const second = await start();
  await untilSaid('Two done');
  second.kill('SIGTERM');
  expect((await second.exit).status).toBe(0);
  for (const seen of files())
    expect(seen.map(({ bytes }) => pictures.findIndex((one) => one.equals(bytes)))).toEqual([
      0, 1, 2,
    ]);
}, 120_000);
