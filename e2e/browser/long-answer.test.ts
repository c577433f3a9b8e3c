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

  interface Cost {
    /** The longest time, in ms, that the page did not answer. */
    readonly longest: number;
    /** Elements that were made, and those that are there in the end. */
    readonly made: number;
    readonly there: number;
  }

  async function costOf(page: Page, work: () => Promise<void>): Promise<Cost> {
    await page.evaluate(() => {
      const cost = { longest: 0, made: 0, last: performance.now() };
      Object.assign(window, { cost });
      setInterval(() => {
        const now = performance.now();
        cost.longest = Math.max(cost.longest, now - cost.last);
        cost.last = now;
      }, 10);
      const count = (node: Node): number =>
        node instanceof Element ? 1 + node.querySelectorAll('*').length : 0;
      new MutationObserver((records) => {
        for (const { addedNodes } of records)
          for (const node of addedNodes) cost.made += count(node);
      }).observe(document.body, { subtree: true, childList: true });
    });
    await work();
    return page.evaluate(() => ({
      ...(window as unknown as { cost: Cost }).cost, // put there above
      there: document.querySelectorAll('#app *').length,
    }));
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
    const { longest, made, there } = await costOf(page, async () => {
      await say(page, kind);
      await untilEnd(page);
      await messageBox(page).pressSequentially('still here');
    });
    expect(await messageBox(page).inputValue()).toBe('still here');
    // Drawn once, whatever the number of frames: what is complete is left alone.
    expect(made / there).toBeLessThan(1.5);
    // A quarter of a second on two idle cores; others may be using these.
    expect(longest).toBeLessThan(4000);
    process.stdout.write(
      `${kind}: longest pause ${Math.round(longest)} ms, ${made} elements made for ${there}\n`,
    );
  });
});
