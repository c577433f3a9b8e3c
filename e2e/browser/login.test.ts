/// <reference lib="dom" />
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { messageBox, visit } from './visit.ts';

describe.skipIf(!browserPath)(`logging in${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    [browser, scene] = await Promise.all([openBrowser(), openScene()]);
  });
  afterAll(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });

  it('trades the code of the address for a cookie and leaves the code nowhere', async () => {
    await using open = await visit(browser, scene);
    const { page, context } = open;
    expect(await page.evaluate(() => location.hash)).toBe('');
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    expect(kept).not.toContain(cookies[0]?.value);
    expect(kept).not.toMatch(/code|token/);
    await page.reload();
    await messageBox(page).waitFor();
  });

  it('lets nobody in with a code that was used', async () => {
    const url = await scene.loginUrl();
    const first = await browser.newPage();
    await first.goto(url);
    await messageBox(first).waitFor();
    const second = await (await browser.newContext()).newPage();
    await second.goto(url);
    await second.getByRole('heading', { name: 'Open your gateway' }).waitFor();
    await expect(second.getByRole('alert').textContent()).resolves.toContain('used already');
    expect(await second.evaluate(() => location.hash)).toBe('');
    // The same old link in the browser that is known leads in.
    await first.goto('about:blank');
    await first.goto(url);
    await messageBox(first).waitFor();
    await first.context().close();
    await second.context().close();
  });

  it('takes a pasted address, and says what is wrong with others', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const url = await scene.loginUrl();
    await page.goto(new URL('/', url).href);
    const field = page.getByRole('textbox', { name: 'Address or code' });
    await field.fill('what is this?');
    await field.press('Enter');
    await page.getByText('This is no address or code of a gateway.').waitFor();
    await field.fill('wrong-code-123');
    await field.press('Enter');
    await page.getByText('cuttle open').nth(1).waitFor();
    await field.fill(url);
    await field.press('Enter');
    await messageBox(page).waitFor();
    expect(await field.count()).toBe(0);
    await context.close();
  });

  it('logs out', async () => {
    await using open = await visit(browser, scene);
    const { page, context } = open;
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Log out of this browser' }).click();
    await page.getByRole('heading', { name: 'Open your gateway' }).waitFor();
    expect(await context.cookies()).toEqual([]);
  });

  it('can be installed', async () => {
    await using open = await visit(browser, scene);
    const manifest = await open.page.evaluate(async () => {
      const response = await fetch('/manifest.webmanifest');
      const { icons } = (await response.json()) as { icons: { src: string; sizes: string }[] };
      const found = await Promise.all(icons.map(async ({ src }) => (await fetch(src)).status));
      return { type: response.headers.get('content-type'), found };
    });
    expect(manifest).toEqual({ type: 'application/manifest+json', found: [200, 200, 200, 200] });
  });
});
