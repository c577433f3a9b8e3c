/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { showcaseScript, showcaseTools } from './showcase-script.ts';
import { say, startChat, talk, untilIdle, type Visit, visit } from './visit.ts';

describe.skipIf(!browserPath)(`without a mouse${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  let open: Visit;
  beforeAll(async () => {
    browser = await openBrowser();
    scene = await openScene({ script: showcaseScript, tools: showcaseTools });
  });
  afterAll(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    open = await visit(browser, scene);
  });
  afterEach(async () => {
    await open[Symbol.asyncDispose]();
  });

  /** The name of what has the focus, as a screen reader would say it, and whether the focus can be seen. */
  const focused = (page: Page): Promise<{ name: string; visible: boolean }> =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement)) return { name: '', visible: false };
      const label = element.id === '' ? null : document.querySelector(`label[for="${element.id}"]`);
      const name = element.getAttribute('aria-label') ?? label?.textContent ?? element.textContent;
      const box = element.closest('.composer-box') ?? element;
      const { outlineStyle, borderColor } = getComputedStyle(
        element.tagName === 'TEXTAREA' ? box : element,
      );
      return {
        name: name.trim(),
        visible: outlineStyle !== 'none' || borderColor !== 'rgba(0, 0, 0, 0)',
      };
    });
  /** As if the page had just been opened and nothing had taken the focus. */
  const beginAtTop = (page: Page): Promise<void> =>
    page.evaluate(() => {
      document.body.tabIndex = -1;
      document.body.focus();
      document.body.removeAttribute('tabindex');
    });
  /** Presses Tab until what has this name is reached. */
  const tabTo = async (page: Page, name: string | RegExp, key = 'Tab'): Promise<void> => {
    for (let presses = 0; presses < 60; presses += 1) {
      await page.keyboard.press(key);
      const now = await focused(page);
      expect(now.visible).toBe(true);
      if (typeof name === 'string' ? now.name === name : name.test(now.name)) return;
    }
    throw new Error(`${String(name)} is not reached with ${key}.`);
  };

  it('begins in the message box, and the first Tab of a fresh page skips to it', async () => {
    const { page } = open;
    await expect.poll(async () => (await focused(page)).name).toBe('Message');
    await beginAtTop(page);
    await page.keyboard.press('Tab');
    expect((await focused(page)).name).toBe('Skip to the message box');
    await page.keyboard.press('Enter');
    expect((await focused(page)).name).toBe('Message');
  });

  it('approves a call, opens its card and copies the answer', async () => {
    const { page } = open;
    await page.keyboard.type('Mail the harbour master');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Approve' }).waitFor();
    await tabTo(page, 'Approve', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await talk(page).getByText('It is sent.').waitFor();
    await untilIdle(page);
    await tabTo(page, 'Copy answer');
    await tabTo(page, /^mail_send/, 'Shift+Tab');
    await page.keyboard.press('Space');
    await talk(page).getByText('Berth for Saturday').last().waitFor();
    expect(await page.locator('details.tool[open]').count()).toBe(1);
  });

  it('works the menus: arrows move, Escape closes and gives the focus back', async () => {
    const { page } = open;
    await tabTo(page, 'Settings', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('menu', { name: 'Settings' }).waitFor();
    expect((await focused(page)).name).toBe('As the system');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect((await focused(page)).name).toBe('Dark');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(22, 21, 19)',
    );
    expect((await focused(page)).name).toBe('Settings');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect((await focused(page)).name).toBe('Settings');
    await page.reload();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  });

  it('reaches everything in a sensible order', async () => {
    const { page } = open;
    await startChat(page);
    await say(page, 'hello');
    await talk(page).getByText('You said: hello').waitFor();
    await untilIdle(page);
    const names: string[] = [];
    await beginAtTop(page);
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press('Tab');
      names.push((await focused(page)).name);
      if (names.at(-1) === 'Attach files') break;
    }
    const order = [
      'Skip to the message box',
      'New chat',
      'Search sessions and messages',
      'hello',
      'Archived sessions',
      'Conversation',
      'Copy answer',
      'Message',
      'Attach files',
    ];
    expect(names.filter((name) => order.includes(name))).toEqual(order);
  });

  it('tells a screen reader of a finished answer once, not of each word', async () => {
    const { page } = open;
    await startChat(page);
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      const live = [...document.querySelectorAll('[aria-live=polite]')];
      const observer = new MutationObserver(() => {
        const words = document.querySelector('[data-announcer]')?.textContent ?? '';
        if (words !== '' && heard.at(-1) !== words) heard.push(words);
      });
      for (const region of live)
        observer.observe(region, { subtree: true, childList: true, characterData: true });
    });
    await say(page, 'Look up the tides');
    await talk(page).getByText('mean tide').waitFor();
    await untilIdle(page);
    const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard).toEqual([
      'Answer: Let me look that up.\n\nThe mean tide at Brest today is 4.03 m. The second port is not in the table.',
    ]);
    expect(await talk(page).getAttribute('aria-live')).toBe('off');
  });
});
