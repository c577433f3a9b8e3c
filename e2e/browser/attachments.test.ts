/// <reference lib="dom" />
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFaults } from './find-faults.ts';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { showcaseScript } from './showcase-script.ts';
import { desk, phone, say, startChat, untilIdle, visit } from './visit.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Where pictures of the page are put for a person to look at; nowhere without it. */
const folder = process.env['CUTTLE_PICTURES'];
async function picture(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

describe.skipIf(!browserPath)(`attachments${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    [browser, scene] = await Promise.all([openBrowser(), openScene({ script: showcaseScript })]);
  });
  afterAll(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });

  it.each([
    ['desk-light', { ...desk, colorScheme: 'light' }],
    ['desk-dark', { ...desk, colorScheme: 'dark' }],
    ['phone', { ...phone, colorScheme: 'light' }],
  ] as const)('are chosen, seen, sent and seen again: %s', async (name, options) => {
    await using open = await visit(browser, scene, options);
    const { page } = open;
    await startChat(page);
    await page.locator('input[type=file]').setInputFiles([
      { name: 'photo.png', mimeType: 'image/png', buffer: png },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hi') },
      { name: 'voice.ogg', mimeType: 'audio/ogg', buffer: Buffer.from('OggS\0\u0002', 'latin1') },
    ]);
    await page.getByRole('button', { name: 'Remove notes.txt' }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await picture(page, `${name}-chosen`);
    await say(page, 'Look at these');
    // Stored, and so seen from where it is stored.
    await page.locator('.user .attachments img').last().waitFor();
    await untilIdle(page);
    await page.reload();
    const sent = page.locator('.user .attachments').last();
    const shown = sent.getByRole('img', { name: 'photo.png' });
    await shown.waitFor();
    await page.waitForFunction(
      () => (document.querySelector<HTMLImageElement>('.attachments img')?.naturalWidth ?? 0) > 0,
    );
    expect(await sent.getByRole('link', { name: 'notes.txt' }).getAttribute('href')).toMatch(
      /^\/media\/[0-9a-f]{64}\?name=notes\.txt$/,
    );
    expect(await sent.locator('audio').getAttribute('aria-label')).toBe('voice.ogg');
    expect(await findFaults(page)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await picture(page, `${name}-shown`);
  });

  it('that cannot go along are named, with the reason, and the others stay', async () => {
    await using open = await visit(browser, scene);
    const { page } = open;
    await startChat(page);
    const input = page.locator('input[type=file]');
    await input.setInputFiles([
      { name: 'good.png', mimeType: 'image/png', buffer: png },
      { name: 'large.bin', mimeType: 'application/pdf', buffer: Buffer.alloc(6_000_001) },
    ]);
    await page.getByRole('alert').getByText('large.bin is larger than 6 MB.').waitFor();
    await input.setInputFiles({
      name: 'none.txt',
      mimeType: 'text/plain',
      buffer: Buffer.alloc(0),
    });
    await page.getByRole('alert').getByText('none.txt is empty.').waitFor();
    await page.getByRole('button', { name: 'Remove good.png' }).click();
    expect(await page.locator('.chip').count()).toBe(0);
  });

  it('are dropped on the page', async () => {
    await using open = await visit(browser, scene);
    const { page } = open;
    await startChat(page);
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['hi'], 'dropped.txt', { type: 'text/plain' }));
      return transfer;
    });
    await page.locator('form.composer').dispatchEvent('dragover', { dataTransfer: data });
    await page.getByText(/^Drop to attach/).waitFor();
    await page.locator('form.composer').dispatchEvent('drop', { dataTransfer: data });
    await page.getByRole('button', { name: 'Remove dropped.txt' }).waitFor();
    expect(await page.getByText(/^Drop to attach/).count()).toBe(0);
  });
});
