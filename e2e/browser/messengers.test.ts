/// <reference lib="dom" />
import { openTelegramServer, type TelegramServer } from '@cuttle/testkit/telegram';
import { openWhatsappWeb, type WhatsappWeb } from '@cuttle/testkit/whatsapp-web';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findFaults } from './find-faults.ts';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { keepPicture } from './keep-picture.ts';
import { openScene, type Scene } from './scene.ts';
import { desk, looks, visit } from './visit.ts';

const soon = (): AbortSignal => AbortSignal.timeout(30_000);
const [ann, bob] = [7, 8];

describe.skipIf(!browserPath)(`the messengers${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  let telegram: TelegramServer;
  let whatsapp: WhatsappWeb;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    telegram = await openTelegramServer({ longPollCapMs: 1000 });
    telegram.user({ id: ann, firstName: 'Ann', lastName: '<b>Marsh</b>' });
    telegram.user({ id: bob, firstName: 'Bob' });
    whatsapp = await openWhatsappWeb({ isLinked: false });
    scene = await openScene({
      adjust(config) {
        Object.assign(config, {
          channels: {
            telegram: { main: { token: telegram.token, apiRoot: telegram.url } },
            'whatsapp-web': { main: { program: whatsapp.program } },
          },
        });
      },
    });
    await scene.server.settled();
  });
  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
    await whatsapp[Symbol.asyncDispose]();
    await telegram[Symbol.asyncDispose]();
  });

  /** A stranger who was given a code. */
  const ask = async (from: number): Promise<void> => {
    const seen = telegram.visibleFromBot(from).length;
    telegram.say({ from, text: 'Hello' });
    await telegram.waitFor(() => telegram.visibleFromBot(from).length > seen, soon());
  };
  const openMessengers = async (page: Page): Promise<ReturnType<Page['getByRole']>> => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Messengers' }).click();
    const dialog = page.getByRole('dialog', { name: 'Messengers' });
    await dialog.getByText('Needs login').waitFor();
    return dialog;
  };

  it('say who asks to be let in as it happens; they are let in, refused and put out again', async () => {
    await using open = await visit(browser, scene, desk);
    const { page } = open;
    await ask(ann);
    await page.getByRole('button', { name: 'Settings (1 asks to be let in)' }).waitFor();
    const dialog = await openMessengers(page);
    await dialog.locator('bdi', { hasText: 'Ann <b>Marsh</b>' }).waitFor();
    await ask(bob);
    await dialog.getByRole('button', { name: 'Refuse Bob' }).click();
    await dialog.locator('bdi', { hasText: 'Bob' }).waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Let in Ann' }).click();
    await dialog.getByText('Nobody waits.').waitFor();
    await telegram.waitFor(() => telegram.visibleFromBot(ann).length === 2, soon());
    expect(telegram.visibleFromBot(ann).at(-1)?.text).toContain('You are in');

    // What another door decides is seen here too.
    const { people } = await scene.server.call('pairing.allowed', {});
    expect(people).toMatchObject([{ sender: '7' }]);
    await dialog.getByRole('button', { name: 'Take back … Ann' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await dialog.locator('bdi', { hasText: 'Ann <b>Marsh</b>' }).waitFor();
    await scene.server.call('pairing.revoke', { channel: 'telegram', sender: '7' });
    await dialog.getByText('Nobody yet').waitFor();
  });

  it('are tested, linked by a code on the page, and logged out after a question', async () => {
    await using open = await visit(browser, scene, desk);
    const { page } = open;
    const dialog = await openMessengers(page);
    await dialog.getByRole('button', { name: 'Test telegram/main' }).click();
    await dialog.getByText('It answers as').waitFor();
    await dialog.getByRole('button', { name: 'Log in to whatsapp-web/main' }).click();
    const code = dialog.getByRole('img', { name: 'QR code that links whatsapp-web/main' });
    await code.waitFor();
    const box = await code.boundingBox();
    expect(box?.width).toBeGreaterThan(180);
    expect(box?.height).toBe(box?.width);
    whatsapp.scan();
    await dialog.getByText('Linked as').waitFor();
    await dialog.getByRole('button', { name: 'Log out … of whatsapp-web/main' }).click();
    expect(whatsapp.isLinked).toBe(true);
    const question = page.getByRole('alertdialog');
    await question.getByRole('button', { name: 'Log out' }).click();
    await question.waitFor({ state: 'detached' });
    await dialog.getByText('Needs login').waitFor();
    expect(whatsapp.isLinked).toBe(false);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it.each(looks)('have no barrier: %s', async (name, options, colorScheme) => {
    await ask(ann);
    await scene.server.call('pairing.approve', {
      code: (await scene.server.call('pairing.list', {})).pairings[0]?.code ?? '',
    });
    await ask(bob);
    await using open = await visit(browser, scene, { ...options, colorScheme, bypassCSP: true });
    const { page } = open;
    const dialog = await openMessengers(page);
    await dialog.getByRole('button', { name: 'Log in to whatsapp-web/main' }).click();
    await dialog.getByRole('img').waitFor();
    await keepPicture(page, `messengers ${name}`);
    expect(await findFaults(page, 'dialog')).toEqual([]);
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(width).toBeLessThanOrEqual(0);
  });
});
