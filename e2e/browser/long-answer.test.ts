/// <reference lib="dom" />
import { text } from '@cuttle/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { messageBox, say, startChat, visit } from './visit.ts';

const lines = 10_000;
const prose = Array.from(
  { length: lines / 2 },
  (_, index) => `Line ${index} with *some* \`words\` in it.\n\n`,
);
const code = [
  '```ts\n',
  ...Array.from({ length: lines }, (_, index) => `const line${index} = ${index}; // counted\n`),
  '```\n',
];

describe.skipIf(!browserPath)(`an answer of 10,000 lines${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    browser = await openBrowser();
    scene = await openScene({
      script: (call) => {
        const said = call.messages.findLast(({ role }) => role === 'user')?.text ?? '';
        const pieces = said.includes('code') ? code : prose;
        return [...pieces.map((piece) => text(piece)), text('\n\nThis is the end.')];
      },
    });
  });
  afterAll(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });

  /** The longest time, in ms, that the page did not answer while `work` went on. */
  async function longestPause(page: Page, work: () => Promise<void>): Promise<number> {
    await page.evaluate(() => {
      const state = { longest: 0, last: performance.now() };
      Object.assign(window, { pauses: state });
      setInterval(() => {
        const now = performance.now();
        state.longest = Math.max(state.longest, now - state.last);
        state.last = now;
      }, 10);
    });
    await work();
    return page.evaluate(
      () => (window as unknown as { pauses: { longest: number } }).pauses.longest,
    );
  }

  /** Looked up cheaply: searching the page for a text would be the longest pause of all. */
  const untilEnd = (page: Page): Promise<unknown> =>
    page.waitForFunction(() => {
      const answer = document.querySelector('.turn.answer');
      const last = answer?.querySelector('.markdown')?.lastElementChild;
      return (
        answer?.getAttribute('aria-busy') === 'false' && last?.textContent === 'This is the end.'
      );
    });

  it.each(['prose', 'code'])('of %s leaves the page at hand while it comes', async (kind) => {
    await using open = await visit(browser, scene);
    const { page } = open;
    await startChat(page);
    const pause = await longestPause(page, async () => {
      await say(page, kind);
      await untilEnd(page);
      await messageBox(page).pressSequentially('still here');
    });
    expect(await messageBox(page).inputValue()).toBe('still here');
    // Two shared cores and a debug protocol: a loaded machine is several times slower than a phone of today.
    expect(pause).toBeLessThan(1000);
    process.stdout.write(`longest pause with ${kind}: ${Math.round(pause)} ms\n`);
  });
});
