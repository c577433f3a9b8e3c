// Shows the page with everything it can show: `node --conditions=@cuttle/source browser/showcase.ts [FOLDER]` in e2e.
// With a folder it takes pictures of it on a phone and on a desk, light and dark; without one it serves until it is stopped.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from './open-browser.ts';
import { openScene } from './scene.ts';
import { showcaseScript, showcaseTools } from './showcase-script.ts';

await using scene = await openScene({ script: showcaseScript, tools: showcaseTools });

async function takePictures(into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  const browser = await openBrowser();
  for (const [place, viewport] of [
    ['phone', { width: 390, height: 844 }],
    ['desk', { width: 1280, height: 800 }],
  ] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({
        viewport,
        colorScheme,
        hasTouch: place === 'phone',
        isMobile: place === 'phone',
        deviceScaleFactor: 1,
      });
      const page = await context.newPage();
      await page.goto(await scene.loginUrl());
      for (const [name, show] of Object.entries(pictures)) {
        if (!name.includes(only)) continue;
        await page.getByRole('textbox', { name: 'Message' }).waitFor();
        await show(page);
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(into, `${name}-${place}-${colorScheme}.png`) });
      }
      await context.close();
    }
  }
  await browser.close();
}

async function say(page: Page, words: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(words);
  await page.keyboard.press('Enter');
}

async function newChat(page: Page): Promise<void> {
  const sessions = page.getByRole('button', { name: 'Sessions', exact: true });
  if (await sessions.isVisible()) await sessions.click();
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByRole('heading', { name: 'What is on your mind?' }).waitFor();
}

async function ask(page: Page, words: string, shown: string): Promise<void> {
  await newChat(page);
  await say(page, words);
  await page.getByText(shown).first().waitFor();
}

const pictures: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  empty: newChat,
  prose: (page) => ask(page, 'Why do cuttlefish have W-shaped pupils?', 'A short summary'),
  streaming: async (page) => {
    await ask(page, 'Tell me slowly about the sea', 'The sea');
    await say(page, 'And then, what about the sky?');
    await page.getByText('Waiting its turn').waitFor();
  },
  tools: async (page) => {
    await page.getByRole('button', { name: 'Stop' }).click();
    await ask(page, 'Look up the tides and compute the mean', 'mean tide');
    await page.locator('details.tool').first().locator('summary').click();
  },
  approval: (page) => ask(page, 'Mail the harbour master', 'May I use'),
  code: (page) => ask(page, 'Show me code', 'That is all'),
  error: (page) => ask(page, 'Fail please', 'Try again'),
  languages: (page) => ask(page, 'مرحبا، كيف حالك؟', 'שלום'),
  commands: async (page) => {
    await newChat(page);
    await page.getByRole('textbox', { name: 'Message' }).fill('/');
    await page.getByRole('listbox').waitFor();
  },
  note: async (page) => {
    await page.getByRole('textbox', { name: 'Message' }).fill('/status');
    await page.keyboard.press('Enter');
    await page.getByText('Agent Cuttle').waitFor();
  },
  sessions: async (page) => {
    const sessions = page.getByRole('button', { name: 'Sessions', exact: true });
    if (await sessions.isVisible()) await sessions.click();
    await page.getByRole('searchbox').fill('tide');
    await page.getByText('In messages').waitFor();
  },
  model: async (page) => {
    await page.getByRole('searchbox').fill('');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /Model of this session/ }).click();
    await page.getByRole('menu').waitFor();
  },
  cut: async (page) => {
    await page.keyboard.press('Escape');
    scene.network.cut();
    await page.getByText('Reconnecting').waitFor();
    await say(page, 'Are you there?');
    await page.waitForTimeout(300);
    await page.screenshot({ path: '/dev/null', type: 'png' }).catch(() => undefined);
    setTimeout(() => scene.network.mend(), 1500);
  },
  login: async (page) => {
    await page.waitForTimeout(2500);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Open your gateway' }).waitFor();
  },
};

const [folder, only = ''] = process.argv.slice(2);

if (folder === undefined) {
  process.stdout.write(`${await scene.loginUrl()}\n`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
} else await takePictures(folder);
