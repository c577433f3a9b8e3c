/// <reference lib="dom" />
// Takes the pictures of docs/images anew: `pnpm build`, then `node --conditions=@cuttle/source e2e/browser/take-pictures.ts`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDiscordServer } from '@cuttle/testkit/discord';
import { openSlackServer } from '@cuttle/testkit/slack';
import { openTelegramServer } from '@cuttle/testkit/telegram';
import { openWhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import { openBrowser } from './open-browser.ts';
import { openScene } from './scene.ts';
import { visit } from './visit.ts';

const folder = join(import.meta.dirname, '../../docs/images');
const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const [ann, bob] = [4711, 4712];

await using telegram = await openTelegramServer({ longPollCapMs: 1000, username: 'harbour_bot' });
await using discord = await openDiscordServer();
await using slack = await openSlackServer();
await using whatsapp = await openWhatsappWeb({ isLinked: false });
await using scene = await openScene({
  adjust(config) {
    const { token, url: apiRoot } = telegram;
    const { botToken, appToken, apiUrl } = slack;
    Object.assign(config, {
      channels: {
        telegram: { main: { token, apiRoot } },
        discord: { main: { token: discord.token, restUrl: discord.restUrl } },
        slack: { main: { botToken, appToken, apiUrl } },
        'whatsapp-web': { main: { program: whatsapp.program } },
      },
    });
  },
});
await scene.server.settled();
const ask = async (id: number, firstName: string): Promise<void> => {
  telegram.user({ id, firstName });
  telegram.say({ from: id, text: 'Hello' });
  await telegram.waitFor(() => telegram.visibleFromBot(id).length > 0, soon());
};
await ask(ann, 'Ann Marsh');
const { pairings } = await scene.server.call('pairing.list', {});
await scene.server.call('pairing.approve', { code: pairings[0]?.code ?? '' });
await ask(bob, 'Bob Reed');

await mkdir(folder, { recursive: true });
const browser = await openBrowser();
try {
  const size = { width: 560, height: 660 };
  await using open = await visit(browser, scene, { viewport: size, colorScheme: 'light' });
  const { page } = open;
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('menuitem', { name: 'Messengers' }).click();
  const dialog = page.getByRole('dialog', { name: 'Messengers' });
  await dialog.getByText('Needs login').waitFor();
  await page.mouse.move(0, 0);
  await dialog.screenshot({ path: join(folder, 'messengers.png') });
  await dialog.getByRole('button', { name: 'Log in to whatsapp-web/main' }).click();
  await dialog.getByRole('img').waitFor();
  const card = dialog.locator('.account').filter({ hasText: 'WhatsApp Web' });
  await card.screenshot({ path: join(folder, 'messenger-login.png') });
} finally {
  await browser.close();
}
