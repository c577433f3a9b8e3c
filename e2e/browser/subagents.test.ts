/// <reference lib="dom" />
import { defineTool } from '@cuttle/core-types/ports';
import { echoScript } from '@cuttle/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findFaults } from './find-faults.ts';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { desk, looks, say, startChat, untilIdle, visit } from './visit.ts';

const spawn = (task: string, label: string): string =>
  `agent_spawn ${JSON.stringify({ task, label, wait: true })}`;
/** One that works on, and one that has one of its own and ends. */
const words = (ms: number): string => {
  const below = `[[tool=${spawn('[[say=The sources agree.]]', 'Check the sources')}]]`;
  const slow = spawn(`[[tokens=40]] [[delay=${ms}]]`, 'Read the news');
  return `[[parallel=${slow},${spawn(`${below} done`, 'Write the letter')}]] [[say=All of it is done.]]`;
};

const wipe = defineTool({
  name: 'wipe_table',
  description: 'Wipes a table.',
  input: z.strictObject({ table: z.string() }),
  effect: 'keyed',
  risk: 'execute',
  run: ({ table }) => Promise.resolve({ text: `${table} is clean` }),
});

describe.skipIf(!browserPath)(`the sub-agents of an answer${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    browser = await openBrowser();
    scene = await openScene({
      script: echoScript(),
      tools: [wipe],
      adjust: ({ tools }) => {
        tools.approvals = 'ask';
      },
    });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    await browser.close();
  });

  const tree = (page: Page): ReturnType<Page['getByRole']> =>
    page.getByRole('list', { name: 'Sub-agents of this answer' });

  it('are a tree that lives, from which one is stopped by keyboard, and which is there after a reload', async () => {
    await using open = await visit(browser, scene, desk);
    const { page } = open;
    await say(page, words(2_000));
    const row = (label: string): ReturnType<Page['getByRole']> =>
      tree(page).getByRole('listitem').filter({ hasText: label });
    await row('Write the letter').filter({ hasText: 'Done' }).first().waitFor();
    const inner = page.getByRole('list', { name: 'Sub-agents of Write the letter' });
    await inner.getByText('The sources agree.').waitFor();
    await page.getByText('2 of 3 done').waitFor();
    expect(await row('Read the news').innerText()).toContain('Working');
    await page.getByRole('button', { name: 'Stop sub-agent Read the news' }).focus();
    await page.keyboard.press('Enter');
    await row('Read the news').filter({ hasText: 'Stopped' }).waitFor();
    await page.getByText('All of it is done.').first().waitFor();
    await untilIdle(page);
    await page.reload();
    await page.getByText('3 done', { exact: true }).waitFor();
    // At rest it takes one line, which opens.
    expect(await tree(page).isVisible()).toBe(false);
    await page.locator('.subagents > summary').focus();
    await page.keyboard.press('Enter');
    await row('Read the news').waitFor();
    const { subagents } = await scene.server.call('subagents.list', {});
    expect(Object.fromEntries(subagents.map(({ label, state }) => [label, state]))).toEqual({
      'Check the sources': 'completed',
      'Read the news': 'aborted',
      'Write the letter': 'completed',
    });
  });

  it('ask there for what they need an approval of, over a reload, and go on once it is decided', async () => {
    await using open = await visit(browser, scene, desk);
    const { page } = open;
    await startChat(page);
    const wanted = (table: string): string => `[[tool=wipe_table ${JSON.stringify({ table })}]]`;
    const inner = `[[tool=${spawn(wanted('elm'), 'Below')}]] [[say=Inner is done.]]`;
    const both = [spawn(wanted('oak'), 'Beside'), spawn(inner, 'Above')].join(',');
    await say(page, `[[parallel=${both}]] [[say=All of it is done.]]`);
    const card = (label: string): ReturnType<Page['getByRole']> =>
      page.getByRole('region', { name: `Approval needed: wipe_table, by ${label}` });
    await card('Beside').getByText('oak').waitFor();
    expect(await findFaults(page, '.subagents')).toEqual([]);
    await card('Below').getByRole('button', { name: 'Deny' }).click();
    await card('Below').waitFor({ state: 'detached' });
    await page.reload();
    await card('Beside').getByRole('button', { name: 'Approve' }).click();
    await page.getByText('All of it is done.').first().waitFor();
    await untilIdle(page);
    const { subagents } = await scene.server.call('subagents.list', {});
    const replyOf = (label: string): string | undefined =>
      subagents.find((one) => one.label === label)?.reply;
    expect(replyOf('Beside')).toContain('oak is clean');
    expect(replyOf('Below')).not.toContain('elm is clean');
  });

  it.each(looks)('have no barrier: %s', async (name, options, colorScheme) => {
    await using open = await visit(browser, scene, { ...options, colorScheme, bypassCSP: true });
    const { page } = open;
    await startChat(page);
    await say(page, words(1_000));
    await page.getByText('2 of 3 done').waitFor();
    const folder = process.env['CUTTLE_PICTURES'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/subagents ${name}.png` });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth),
    ).toBe(true);
    expect(await findFaults(page, '.subagents')).toEqual([]);
    await page.getByRole('button', { name: 'Stop sub-agent Read the news' }).click();
    await untilIdle(page);
  });
});
