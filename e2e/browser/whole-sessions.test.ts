/// <reference lib="dom" />
import { readFile } from 'node:fs/promises';
import type { Browser, Download, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { list, repeatScript, row } from './session-list.ts';
import { messageBox, phone, say, startChat, talk, untilIdle, type Visit, visit } from './visit.ts';

describe.skipIf(!browserPath)(`whole sessions${whyNot}`, () => {
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

  const heading = (page: Page, name: string): Locator =>
    page.getByRole('heading', { level: 1, name, exact: true });
  const item = (page: Page, name: string): Locator => page.getByRole('menuitem', { name });
  const question = (page: Page): Locator => page.getByRole('alertdialog');
  const answer = async (page: Page, words: string): Promise<void> => {
    await say(page, words);
    await talk(page).getByText(`You said: ${words}`, { exact: true }).waitFor();
    await untilIdle(page);
  };
  const chat = async (page: Page, ...said: readonly string[]): Promise<void> => {
    await startChat(page);
    for (const words of said) await answer(page, words);
    await heading(page, said[0] ?? '').waitFor();
  };
  const sessionMenu = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: 'Session menu' }).click();
    await item(page, name).click();
  };
  /** Of the nth turn of its kind. */
  const messageMenu = async (
    page: Page,
    kind: 'Message' | 'Answer',
    nth: number,
  ): Promise<void> => {
    const button = page.getByRole('button', { name: `${kind} menu` }).nth(nth);
    await button.hover();
    await button.click();
  };
  const bubbles = (page: Page): Promise<string[]> => page.locator('.bubble').allTextContents();
  const focused = (page: Page): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  const textOf = async (download: Download): Promise<string> =>
    readFile(await download.path(), 'utf8');

  it('fork from an answer, and the two go on apart', async () => {
    const { page } = open;
    await chat(page, 'One', 'Two', 'Three');
    await messageMenu(page, 'Answer', 1);
    await item(page, 'Fork from here').click();
    await page.getByText('A new session, begun with “One”').waitFor();
    await expect.poll(() => bubbles(page)).toEqual(['One', 'Two']);
    await answer(page, 'Four');
    const asked = JSON.stringify(scene.model?.calls.at(-1)?.messages);
    expect(asked).toContain('Two');
    expect(asked).not.toContain('Three');
    await row(page, 'One').click();
    await expect.poll(() => bubbles(page)).toEqual(['One', 'Two', 'Three']);
  });

  it('fork before one’s own words, which are there to be changed', async () => {
    const { page } = open;
    await chat(page, 'One', 'Two');
    await messageMenu(page, 'Message', 1);
    await item(page, 'Fork from here').click();
    await expect.poll(() => bubbles(page)).toEqual(['One']);
    expect(await messageBox(page).inputValue()).toBe('Two');
    await messageMenu(page, 'Message', 0);
    await item(page, 'Fork from here').click();
    await page.getByRole('heading', { name: 'What is on your mind?' }).waitFor();
    expect(await messageBox(page).inputValue()).toBe('One');
  });

  it('go back when it is meant, and the words are there to be said otherwise', async () => {
    const { page } = open;
    await chat(page, 'One', 'Two', 'Three');
    await messageMenu(page, 'Message', 1);
    await item(page, 'Rewind to here').click();
    await question(page).getByText('Nothing that tools did is undone').waitFor();
    await page.keyboard.press('Escape');
    await question(page).waitFor({ state: 'detached' });
    expect(await bubbles(page)).toEqual(['One', 'Two', 'Three']);
    expect(await focused(page)).toBe('Message menu');
    await messageMenu(page, 'Message', 1);
    await item(page, 'Rewind to here').click();
    await question(page).getByRole('button', { name: 'Rewind' }).click();
    await expect.poll(() => bubbles(page)).toEqual(['One']);
    expect(await messageBox(page).inputValue()).toBe('Two');
    await answer(page, 'Other');
    expect(JSON.stringify(scene.model?.calls.at(-1)?.messages)).not.toContain('Three');
    await messageMenu(page, 'Message', 1);
    await item(page, 'Rewind to here').click();
    await question(page).getByRole('button', { name: 'Rewind' }).click();
    await expect.poll(() => bubbles(page)).toEqual(['One']);
    await page.reload();
    await expect.poll(() => bubbles(page)).toEqual(['One']);
  });

  it('are reset: what was said stays above a line, to be forked and not gone back to', async () => {
    const { page } = open;
    await chat(page, 'Old');
    await sessionMenu(page, 'Reset');
    await question(page).getByRole('button', { name: 'Reset' }).click();
    const line = page.getByRole('separator', { name: 'A new conversation' });
    await line.waitFor();
    await answer(page, 'New');
    expect(JSON.stringify(scene.model?.calls.at(-1)?.messages)).not.toContain('Old');
    expect(await line.count()).toBe(1);
    await messageMenu(page, 'Answer', 0);
    expect(await page.getByRole('menuitem').count()).toBe(1);
    await item(page, 'Fork from here').click();
    await expect.poll(() => bubbles(page)).toEqual(['Old']);
  });

  it('are exported as files and imported again; what is no session is refused with a reason', async () => {
    const { page } = open;
    await chat(page, 'Keep this');
    const [markdown] = await Promise.all([
      page.waitForEvent('download'),
      sessionMenu(page, 'Export as Markdown'),
    ]);
    expect(markdown.suggestedFilename()).toBe('Keep-this.md');
    expect(await textOf(markdown)).toContain('You said: Keep this');
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      sessionMenu(page, 'Export as JSON'),
    ]);
    expect(json.suggestedFilename()).toBe('Keep-this.json');
    const importText = async (words: string): Promise<void> => {
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: 'Import' }).click(),
      ]);
      const file = { name: 'session.json', mimeType: 'application/json' };
      await chooser.setFiles({ ...file, buffer: Buffer.from(words) });
    };
    await importText(await textOf(json));
    await page.getByText('Imported. Its words count as a stranger’s.').waitFor();
    await expect.poll(() => bubbles(page)).toEqual(['Keep this']);
    expect(await row(page, 'Keep this').count()).toBe(2);
    await page.getByRole('button', { name: 'Hide this' }).click();
    expect(await page.getByText('Imported').count()).toBe(0);
    await importText('{"kind":"other"}');
    await page.getByRole('alert').getByText('cuttle sessions export').waitFor();
  });

  it('are deleted for good when it is meant, but not what a fork begins with', async () => {
    const { page } = open;
    await chat(page, 'Source');
    await sessionMenu(page, 'Fork');
    await heading(page, 'Source (fork)').waitFor();
    await row(page, 'Source').click();
    await heading(page, 'Source').waitFor();
    await sessionMenu(page, 'Delete');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toBe('Cancel');
    await question(page).getByRole('button', { name: 'Delete for good' }).click();
    await question(page).getByRole('alert').getByText('Delete the forks first').waitFor();
    await question(page).getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => focused(page)).toBe('Session menu');
    for (const title of ['Source (fork)', 'Source']) {
      await row(page, title).hover();
      await page.getByRole('button', { name: `Actions for ${title}`, exact: true }).click();
      await item(page, 'Delete').click();
      await question(page).getByRole('button', { name: 'Delete for good' }).click();
      await row(page, title).waitFor({ state: 'detached' });
    }
    await page.getByRole('heading', { name: 'What is on your mind?' }).waitFor();
    await expect
      .poll(async () => (await scene.server.call('sessions.list', {})).sessions)
      .toEqual([]);
  });

  it('are archived in a section of their own, found there, and back when one is spoken in', async () => {
    const { page } = open;
    await chat(page, 'Harbour plans');
    await answer(page, 'the cinnamon berth is ours');
    await sessionMenu(page, 'Archive');
    await row(page, 'Harbour plans').waitFor({ state: 'detached' });
    await page.locator('.top-bar').getByText('Archived').waitFor();
    await page.getByRole('button', { name: 'Session menu' }).click();
    await item(page, 'Unarchive').waitFor();
    expect(await item(page, 'Delete').count()).toBe(0);
    await page.keyboard.press('Escape');
    await startChat(page);
    await page.getByRole('searchbox', { name: 'Search sessions and messages' }).fill('cinnamon');
    const hit = list(page).locator('.hit', { hasText: 'You: ' });
    await hit.getByText('Archived').waitFor();
    expect(await hit.locator('mark').allTextContents()).toEqual(['cinnamon']);
    await hit.click();
    const found = page.locator('.turn.is-found');
    await found.getByText('the cinnamon berth is ours').waitFor();
    const marked = await page.evaluate(() =>
      [...(CSS.highlights.get('found') ?? [])].map((range) =>
        range instanceof Range ? range.cloneContents().textContent : '',
      ),
    );
    expect(marked).toEqual(['cinnamon']);
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Archived sessions' }).click();
    await row(page, 'Harbour plans').waitFor();
    await page.getByRole('button', { name: 'Current sessions' }).click();
    await answer(page, 'still here');
    await row(page, 'Harbour plans').waitFor();
  });

  it('are searched within filters that fold away', async () => {
    const { page } = open;
    await chat(page, 'Saffron here');
    await chat(page, 'Saffron there');
    const search = page.getByRole('searchbox', { name: 'Search sessions and messages' });
    const hits = list(page).locator('.hit');
    expect(await page.getByText('Filters').count()).toBe(0);
    await search.fill('saffron');
    await expect.poll(() => hits.count()).toBe(4);
    expect(await page.getByLabel('When').isVisible()).toBe(false);
    await page.getByText('Filters').click();
    await page.getByLabel('Only in the open session').check();
    await expect.poll(() => hits.count()).toBe(2);
    await page.getByLabel('When').selectOption('Last 24 hours');
    await page.locator('.filters-count').getByText('2').waitFor();
    await expect.poll(() => hits.count()).toBe(2);
    await page.getByLabel('Only in the open session').uncheck();
    await expect.poll(() => hits.count()).toBe(4);
    await heading(page, 'Saffron there').waitFor();
  });

  it('are worked without a mouse', async () => {
    const { page } = open;
    await chat(page, 'By hand');
    await page.keyboard.press('Control+.');
    await page.getByRole('menu', { name: 'Session menu' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('Session menu');
    await page.keyboard.press('Control+.');
    await page.keyboard.press('Enter');
    const field = page.getByRole('textbox', { name: 'Title of this session' });
    await field.waitFor();
    await page.keyboard.type('A better name');
    await page.keyboard.press('Enter');
    await heading(page, 'A better name').waitFor();
    await page.keyboard.press('Control+.');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await question(page).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await question(page).waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'What is on your mind?' }).waitFor();
    expect((await scene.server.call('sessions.list', {})).sessions).toEqual([]);
  });

  it.each([360, 390])('keep their menus within a phone of %i pixels', async (width) => {
    const viewport = { width, height: 740 };
    await using mobile = await visit(browser, scene, { ...phone, viewport });
    const { page } = mobile;
    await startChat(page);
    await answer(page, 'From the phone');
    const inView = async (): Promise<void> => {
      const box = await page.getByRole('menu').boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
      expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(740);
      await page.keyboard.press('Escape');
    };
    await page.getByRole('button', { name: 'Session menu' }).tap();
    await inView();
    await page.getByRole('button', { name: 'Message menu' }).tap();
    await inView();
    await page.getByRole('button', { name: 'Answer menu' }).tap();
    await inView();
    await page.getByRole('button', { name: 'Sessions', exact: true }).tap();
    await page.getByRole('button', { name: 'Actions for From the phone' }).tap();
    await inView();
  });
});
