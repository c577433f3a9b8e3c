/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { list, repeatScript, row } from './session-list.ts';
import { messageBox, phone, say, startChat, talk, untilIdle, type Visit, visit } from './visit.ts';

describe.skipIf(!browserPath)(`the sessions${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  let open: Visit;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    scene = await openScene({ script: repeatScript });
    open = await visit(browser, scene);
  });
  afterEach(async () => {
    await open[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const chat = async (page: Page, words: string): Promise<void> => {
    await startChat(page);
    await say(page, words);
    await talk(page).getByText(`You said: ${words}`).waitFor();
    await untilIdle(page);
    await row(page, words).waitFor();
  };

  it('are named by their first message and opened again by a click, the back button or a reload', async () => {
    const { page } = open;
    await chat(page, 'First things');
    await chat(page, 'Second things');
    await page.getByRole('heading', { level: 1, name: 'Second things' }).waitFor();
    await row(page, 'First things').click();
    await talk(page).getByText('You said: First things').waitFor();
    expect(await talk(page).getByText('Second').count()).toBe(0);
    expect(await row(page, 'First things').getAttribute('aria-current')).toBe('page');
    await page.goBack();
    await talk(page).getByText('You said: Second things').waitFor();
    await page.reload();
    await talk(page).getByText('You said: Second things').waitFor();
  });

  it('are renamed, archived and brought back', async () => {
    const { page } = open;
    await chat(page, 'To be renamed');
    await row(page, 'To be renamed').hover();
    await page.getByRole('button', { name: 'Actions for To be renamed' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Title of this session' }).fill('A better name');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'A better name' }).waitFor();
    await page.getByRole('button', { name: 'Actions for A better name' }).click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await row(page, 'A better name').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Archived sessions' }).click();
    await row(page, 'A better name').waitFor();
    await page.getByRole('button', { name: 'Actions for A better name' }).click();
    await page.getByRole('menuitem', { name: 'Unarchive' }).click();
    await page.getByRole('button', { name: 'Current sessions' }).click();
    await row(page, 'A better name').waitFor();
    expect(await row(page, 'To be renamed').count()).toBe(0);
  });

  it('are found by title and by what was said in them', async () => {
    const { page } = open;
    await chat(page, 'Tides of Brest');
    await chat(page, 'A cake');
    await say(page, 'with a hint of cinnamon');
    await talk(page).getByText('You said: with a hint of cinnamon').waitFor();
    await untilIdle(page);
    for (let count = 0; count < 6; count += 1) {
      await say(page, `filler ${count} ${'long '.repeat(120)}`);
      await talk(page).getByText(`You said: filler ${count}`).waitFor();
    }
    await chat(page, 'Something else');
    const search = page.getByRole('searchbox', { name: 'Search sessions and messages' });
    await page.keyboard.press('Control+k');
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.type('tides');
    await row(page, 'Something else').waitFor({ state: 'detached' });
    await row(page, 'Tides of Brest').waitFor();
    await search.fill('cinnamon');
    await list(page).locator('mark').getByText('cinnamon').first().waitFor();
    const hit = list(page)
      .getByRole('region', { name: 'Found in messages' })
      .getByRole('button')
      .last();
    await hit.click();
    const found = page.locator('.turn.is-found');
    await found.waitFor();
    expect(await found.textContent()).toContain('cinnamon');
    await expect
      .poll(() =>
        found.evaluate(
          (turn) =>
            turn.getBoundingClientRect().top >= 0 &&
            turn.getBoundingClientRect().bottom <= innerHeight,
        ),
      )
      .toBe(true);
  });

  it('keep a draft each', async () => {
    const { page } = open;
    await chat(page, 'One');
    await messageBox(page).fill('half a thought');
    await startChat(page);
    expect(await messageBox(page).inputValue()).toBe('');
    await row(page, 'One').click();
    expect(await messageBox(page).inputValue()).toBe('half a thought');
    await page.reload();
    await messageBox(page).waitFor();
    expect(await messageBox(page).inputValue()).toBe('half a thought');
  });

  it('load their history upwards and keep what is read in place', async () => {
    const { page } = open;
    for (let count = 0; count < 80; count += 1)
      await scene.server.call('chat.send', {
        sessionKey: 'main',
        message: `message ${count}`,
        idempotencyKey: `${count}`,
      });
    await scene.server.settled();
    await page.reload();
    await talk(page).getByText('You said: message 79', { exact: true }).waitFor();
    expect(await talk(page).getByText('You said: message 10', { exact: true }).count()).toBe(0);
    const box = talk(page);
    const first = page.locator('.turn').first();
    const before = await first.textContent();
    await box.evaluate((element) => {
      element.scrollTop = 0;
    });
    await expect.poll(() => page.locator('.turn').first().textContent()).not.toBe(before);
    await page.waitForTimeout(100);
    // What was at the top is still in view.
    const place = page
      .locator('.turn')
      .getByText(before?.slice(0, 12) ?? '', { exact: false })
      .first();
    expect((await place.boundingBox())?.y).toBeGreaterThan(0);
    for (;;) {
      await box.evaluate((element) => {
        element.scrollTop = 0;
      });
      if ((await talk(page).getByText('message 0', { exact: true }).count()) > 0) break;
      await page.waitForTimeout(50);
    }
    expect(await page.locator('.bubble').count()).toBe(80);
    expect(await page.getByRole('button', { name: 'Earlier messages' }).count()).toBe(0);
  });

  it('are a drawer on a phone', async () => {
    await using mobile = await visit(browser, scene, phone);
    const { page } = mobile;
    await startChat(page);
    await say(page, 'From the phone');
    await talk(page).getByText('You said: From the phone').waitFor();
    const opener = page.getByRole('button', { name: 'Sessions', exact: true });
    await opener.click();
    const search = page.getByRole('searchbox');
    await expect
      .poll(() => search.evaluate((field) => field === document.activeElement))
      .toBe(true);
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'hidden' });
    await opener.click();
    await row(page, 'From the phone').click();
    await search.waitFor({ state: 'hidden' });
  });
});
