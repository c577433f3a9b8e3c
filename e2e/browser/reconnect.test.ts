/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { text } from '@cuttle/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { answers, say, talk, untilIdle, type Visit, visit } from './visit.ts';

const words = Array.from({ length: 150 }, (_, index) => `word${index} `);
const whole = words.join('').trim();

describe.skipIf(!browserPath)(`a lost connection${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  let open: Visit;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    scene = await openScene({
      script: (call) => {
        const said = call.messages.findLast(({ role }) => role === 'user')?.text ?? '';
        if (said.includes('count')) return words.map((word) => text(word, { delayMs: 15 }));
        return [text(`You said: ${said}`)];
      },
    });
    open = await visit(browser, scene);
  });
  afterEach(async () => {
    await open[Symbol.asyncDispose]();
    await scene[Symbol.asyncDispose]();
  });

  const answered = async (page: Page): Promise<string[]> =>
    (await answers(page).locator('.markdown').allTextContents()).map((shown) => shown.trim());
  const untilWord = (page: Page, index: number): Promise<void> =>
    talk(page).getByText(`word${index} `).waitFor();
  const untilCut = (page: Page): Promise<void> => page.getByText('Reconnecting').waitFor();

  it('goes on with an answer where it was, without a gap or a repeat', async () => {
    const { page } = open;
    await say(page, 'count');
    await untilWord(page, 20);
    scene.network.cut();
    await untilCut(page);
    scene.network.mend();
    await page.getByRole('button', { name: 'Try now' }).click();
    await untilWord(page, 148);
    await untilIdle(page);
    expect(await answered(page)).toEqual([whole]);
    expect(await page.locator('.bubble').allTextContents()).toEqual(['count']);
    expect(await page.getByText('Reconnecting').count()).toBe(0);
  });

  it('shows what was answered meanwhile, once', async () => {
    const { page } = open;
    await say(page, 'count');
    await untilWord(page, 5);
    scene.network.cut();
    await scene.server.settled();
    scene.network.mend();
    await untilIdle(page);
    expect(await answered(page)).toEqual([whole]);
  });

  it('survives many cuts', async () => {
    const { page } = open;
    await say(page, 'count');
    for (const index of [5, 20, 40, 70]) {
      await untilWord(page, index);
      scene.network.cut();
      scene.network.mend();
    }
    await scene.server.settled();
    await untilIdle(page);
    await untilWord(page, 148);
    expect(await answered(page)).toEqual([whole]);
  });

  it('sends once, when the gateway is back, what was written meanwhile', async () => {
    const { page } = open;
    scene.network.cut();
    await untilCut(page);
    await say(page, 'Are you there?');
    await page.locator('.user.is-sending').getByText('Are you there?').waitFor();
    scene.network.mend();
    await talk(page).getByText('You said: Are you there?').waitFor();
    await untilIdle(page);
    expect(await page.locator('.bubble').allTextContents()).toEqual(['Are you there?']);
    expect(scene.model?.calls.length).toBe(1);
  });

  it('sends after a reload what was not sent before it, once', async () => {
    const { page } = open;
    await say(page, 'first');
    await talk(page).getByText('You said: first').waitFor();
    scene.network.cut();
    await say(page, 'second');
    await page.locator('.user.is-sending').waitFor();
    scene.network.mend();
    await page.reload();
    await talk(page).getByText('You said: second').waitFor();
    await untilIdle(page);
    expect(await page.locator('.bubble').allTextContents()).toEqual(['first', 'second']);
  });

  it('goes on after the gateway was restarted in the middle of an answer', async () => {
    const { page } = open;
    await say(page, 'count');
    await untilWord(page, 20);
    await scene.restart();
    await scene.server.settled();
    await untilIdle(page);
    await untilWord(page, 148);
    expect(await answered(page)).toEqual([whole]);
    await say(page, 'and now?');
    await talk(page).getByText('You said: and now?').waitFor();
  });

  it('shows the same to two browsers', async () => {
    await using other = await visit(browser, scene);
    await say(open.page, 'count');
    await untilWord(other.page, 10);
    await say(other.page, 'hello');
    await talk(open.page).getByText('You said: hello').waitFor();
    await Promise.all([untilIdle(open.page), untilIdle(other.page)]);
    await talk(other.page).getByText('You said: hello').waitFor();
    for (const { page } of [open, other]) {
      expect(await page.locator('.bubble').allTextContents()).toEqual(['count', 'hello']);
      expect(await answered(page)).toEqual([whole, 'You said: hello']);
    }
  });
});
