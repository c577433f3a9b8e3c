/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findFaults } from './find-faults.ts';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { desk, looks, phone, visit } from './visit.ts';

const text = '# Memory\n\n- **cat**: Luna, the grey one\n- **dentist**: Dr. Weber\n';

describe.skipIf(!browserPath)(`the memory${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    scene = await openScene();
    const write = (path: string, words: string): Promise<unknown> =>
      scene.server.call('memory.write', { path, text: words });
    await write('MEMORY.md', text);
    await write('memory/house.md', '---\nshared: everyone\n---\n# House\n\nThe wifi is “tide”.\n');
    await write('memory/people/ann/MEMORY.md', '- **tea**: green\n');
  });
  afterEach(() => scene[Symbol.asyncDispose]());

  const openMemory = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Memory' }).click();
    await page.getByRole('dialog', { name: 'Memory' }).waitFor();
    await page.getByRole('button', { name: /^MEMORY\.md/ }).waitFor();
  };

  it('is searched, opened at the passage, edited and forgotten', async () => {
    await using open = await visit(browser, scene, desk);
    const { page } = open;
    await openMemory(page);
    await page.getByRole('searchbox', { name: 'Search the memory' }).fill('dentist');
    await page.getByRole('button', { name: /^MEMORY\.md#L3-L4/ }).click();
    const lines = page.getByRole('list', { name: 'Lines of MEMORY.md' });
    await lines.getByText('Luna').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    const area = page.getByRole('textbox', { name: 'Text of MEMORY.md' });
    await area.fill(text.replace('Weber', 'Maier'));
    await page.keyboard.press('Escape');
    expect(await area.inputValue()).toContain('Maier');
    await page.keyboard.press('Control+s');
    await lines.getByText('Maier').waitFor();
    await page.getByRole('button', { name: /^MEMORY\.md#L3-L4/ }).click();
    await page.getByRole('button', { name: 'Forget lines 3–4' }).click();
    await lines.getByText('Luna').waitFor({ state: 'detached' });
    expect((await scene.server.call('memory.get', { path: 'MEMORY.md' })).text).toBe(
      '# Memory\n\n',
    );
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('Choose one to read it').waitFor();
    const { files } = await scene.server.call('memory.list', {});
    expect(files.map(({ path }) => path)).not.toContain('MEMORY.md');
  });

  it('gets a new file, by keyboard alone', async () => {
    await using open = await visit(browser, scene, desk);
    const { page } = open;
    await openMemory(page);
    await page.getByRole('button', { name: 'New file' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('trip.md');
    await page.keyboard.press('Enter');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('We leave on Friday.');
    await page.keyboard.press('Control+s');
    await page.getByRole('list', { name: 'Lines of memory/trip.md' }).getByText('Friday').waitFor();
    await page
      .getByRole('navigation')
      .getByRole('button', { name: /trip\.md/ })
      .waitFor();
    const made = await scene.server.call('memory.get', { path: 'memory/trip.md' });
    expect(made.text).toContain('We leave on Friday.');
  });

  it.each(looks)('has no barrier: %s', async (_name, options, colorScheme) => {
    await using open = await visit(browser, scene, { ...options, colorScheme, bypassCSP: true });
    const { page } = open;
    await openMemory(page);
    expect(await findFaults(page, 'dialog')).toEqual([]);
    await page.getByRole('searchbox', { name: 'Search the memory' }).fill('grey cat');
    await page.getByRole('button', { name: /^MEMORY\.md#L3/ }).click();
    await page.getByRole('list', { name: 'Lines of MEMORY.md' }).waitFor();
    expect(await findFaults(page, 'dialog')).toEqual([]);
    const back = page.getByRole('button', { name: 'Back' });
    expect(await back.isVisible()).toBe(options === phone);
    await page.getByRole('button', { name: 'Edit' }).click();
    expect(await findFaults(page, 'dialog')).toEqual([]);
  });
});
