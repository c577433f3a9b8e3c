/// <reference lib="dom" />
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { showcaseScript, showcaseTools } from './showcase-script.ts';
import {
  answers,
  messageBox,
  say,
  startChat,
  talk,
  untilIdle,
  type Visit,
  visit,
} from './visit.ts';

describe.skipIf(!browserPath)(`the chat${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  let open: Visit;
  beforeAll(async () => {
    const script = showcaseScript;
    [browser, scene] = await Promise.all([
      openBrowser(),
      openScene({ script, tools: showcaseTools }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    open = await visit(browser, scene);
    await startChat(open.page);
  });
  afterEach(async () => {
    await open[Symbol.asyncDispose]();
  });

  it('shows an answer as it comes and keeps it as it is stored', async () => {
    const { page } = open;
    await say(page, 'Tell me slowly about the sea');
    await page.getByText('The sea covers').waitFor();
    const node = await answers(page).first().elementHandle();
    const early = (await answers(page).first().textContent()) ?? '';
    await page.waitForFunction(
      (length) => (document.querySelector('.answer')?.textContent ?? '').length > length,
      early.length,
    );
    await page.getByRole('button', { name: 'Stop' }).click();
    await talk(page).getByText('Stopped').waitFor();
    const shown = await page.locator('.answer .markdown').first().textContent();
    expect(shown).toContain('The sea covers');
    // The turn was not replaced under the reader when its entry came.
    expect(await node.evaluate((element) => element.isConnected)).toBe(true);
    await page.reload();
    await page.locator('.answer .markdown').first().waitFor();
    expect(await page.locator('.answer .markdown').first().textContent()).toBe(shown);
  });

  it('stops an answer with Escape', async () => {
    const { page } = open;
    await say(page, 'Tell me slowly about the sea');
    await page.getByText('The sea covers').waitFor();
    await page.keyboard.press('Escape');
    await talk(page).getByText('Stopped').waitFor();
    await untilIdle(page);
    expect(await page.locator('.answer .ending').allTextContents()).toEqual(['Stopped']);
  });

  it('shows what waits for its turn, and answers it after', async () => {
    const { page } = open;
    await say(page, 'Tell me slowly about the sea');
    await page.getByText('The sea covers').waitFor();
    await say(page, 'And then?');
    await page.locator('.user.is-waiting').getByText('And then?').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await talk(page).getByText('You said: And then?').waitFor();
    await untilIdle(page);
    expect(await page.locator('.bubble').allTextContents()).toEqual([
      'Tell me slowly about the sea',
      'And then?',
    ]);
    expect(await answers(page).count()).toBe(2);
  });

  it('opens tool calls with the keyboard and shows what they were given and gave', async () => {
    const { page } = open;
    await say(page, 'Look up the tides');
    await talk(page).getByText('mean tide').waitFor();
    await untilIdle(page);
    const cards = page.locator('details.tool');
    expect(await cards.locator('.tool-words').allTextContents()).toEqual([
      'Done',
      'Failed',
      'Done',
    ]);
    await cards.first().locator('summary').focus();
    const place = await cards.first().boundingBox();
    await page.keyboard.press('Enter');
    await cards.first().getByText('03:12 6.9 m').waitFor();
    expect((await cards.first().boundingBox())?.y).toBe(place?.y);
    await cards.first().getByText('2026-11-21').last().waitFor();
    const order = await answers(page)
      .first()
      .evaluate((answer) =>
        [...answer.children].slice(1).map((part) => part.className.split(' ')[0]),
      );
    expect(order).toEqual(['thinking', 'markdown', 'tool', 'tool', 'tool', 'markdown', 'meta']);
  });

  it('keeps thoughts folded until they are wanted', async () => {
    const { page } = open;
    await say(page, 'Why W-shaped?');
    await talk(page).getByText('A short summary').waitFor();
    const thoughts = page.getByText('The reader asks about optics');
    expect(await thoughts.isVisible()).toBe(false);
    await page.getByText('Thoughts').click();
    await thoughts.waitFor();
  });

  it('runs a call once it is approved', async () => {
    const { page } = open;
    await say(page, 'Mail the harbour master');
    const card = page.getByRole('region', { name: 'Approval needed: mail_send' });
    await card.getByText('harbour@example.org').waitFor();
    await card.getByText('we arrive on Saturday').waitFor();
    // It waits as well for a browser that comes later.
    await page.reload();
    await card.getByRole('button', { name: 'Approve' }).click();
    await talk(page).getByText('It is sent.').waitFor();
    await untilIdle(page);
    expect(await page.locator('.tool-words').allTextContents()).toEqual(['Done']);
    expect(await card.count()).toBe(0);
  });

  it('does not run a call that is denied', async () => {
    const { page } = open;
    await say(page, 'Mail the harbour master');
    await page.getByRole('button', { name: 'Deny' }).click();
    await untilIdle(page);
    await talk(page).getByText('It is sent.').waitFor();
    expect(await page.locator('.tool-words').allTextContents()).not.toContain('Done');
  });

  it('says why an answer failed, after a reload too, and tries again', async () => {
    const { page } = open;
    await say(page, 'Fail please');
    const failure = page.getByRole('group', { name: 'This failed' });
    await failure.getByText('provider.auth').waitFor();
    await page.reload();
    await page
      .getByRole('group', { name: 'Not answered' })
      .getByRole('button', { name: 'Try again' })
      .click();
    await failure.getByText('provider.auth').waitFor();
    expect(await page.locator('.bubble').allTextContents()).toEqual(['Fail please', 'Fail please']);
  });

  it('offers the commands, and shows what the gateway says to one', async () => {
    const { page } = open;
    await messageBox(page).fill('/st');
    const list = page.getByRole('listbox', { name: 'Commands' });
    expect(await list.getByRole('option').allTextContents()).toEqual([
      expect.stringContaining('/start'),
      expect.stringContaining('/status'),
      expect.stringContaining('/stop'),
    ]);
    await page.keyboard.press('ArrowDown');
    expect(await list.getByRole('option', { selected: true }).textContent()).toContain('/status');
    await page.keyboard.press('Enter');
    await page.locator('.note').getByText('Agent Cuttle').waitFor();
    await messageBox(page).fill('/');
    await list.waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    expect(await messageBox(page).inputValue()).toBe('/');
  });

  it('sends what a suggestion says, or lets it be finished', async () => {
    const { page } = open;
    await page.getByRole('button', { name: 'Explain something simply' }).click();
    await expect
      .poll(() => messageBox(page).inputValue())
      .toBe('Explain simply, with an example: ');
    expect(await messageBox(page).evaluate((field) => field === document.activeElement)).toBe(true);
    await page.getByRole('button', { name: 'What can you do here?' }).click();
    await talk(page).getByText('You said: What can you do here?').waitFor();
  });

  it('writes lines with Shift and Enter, and grows with them up to a limit', async () => {
    const { page } = open;
    const height = (): Promise<number> => messageBox(page).evaluate((field) => field.clientHeight);
    const before = await height();
    await messageBox(page).fill('one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('two');
    expect(await messageBox(page).inputValue()).toBe('one\ntwo');
    expect(await height()).toBeGreaterThan(before);
    await messageBox(page).fill('line\n'.repeat(200));
    expect(await height()).toBeLessThan(400);
  });

  it('chooses the model of the session', async () => {
    const { page } = open;
    await say(page, 'hello');
    await talk(page).getByText('You said: hello').waitFor();
    await page.getByRole('button', { name: /Model of this session/ }).click();
    await page.getByRole('menuitemradio', { name: 'local/gpt-4o-mini' }).click();
    await page.getByRole('button', { name: 'Model of this session: local/gpt-4o-mini' }).waitFor();
    await say(page, 'again');
    await talk(page).getByText('You said: again').waitFor();
    expect(scene.model?.calls.at(-1)?.model).toBe('gpt-4o-mini');
  });

  it('sends files along', async () => {
    const { page } = open;
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('hi') });
    await page.getByRole('button', { name: 'Remove note.txt' }).waitFor();
    await say(page, 'Look at this');
    await page.locator('.user .attachments').getByText('note.txt').waitFor();
    await untilIdle(page);
    expect(await page.getByRole('button', { name: 'Remove note.txt' }).count()).toBe(0);
  });

  it('copies code as it is', async () => {
    const { page } = open;
    await open.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await say(page, 'Show me code');
    await talk(page).getByText('That is all.').waitFor();
    await untilIdle(page);
    await page.getByRole('button', { name: 'Copy code' }).last().click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      '# one at a time, whatever happens\nflock /tmp/queue.lock ./task.sh "$1" || echo "failed: $?"',
    );
  });

  it('follows the end of an answer until the reader scrolls up', async () => {
    const { page } = open;
    const box = page.getByRole('log', { name: 'Conversation' });
    const distance = (): Promise<number> =>
      box.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
    await say(page, 'Why W-shaped?');
    await talk(page).getByText('that is why').waitFor();
    await untilIdle(page);
    await say(page, 'Tell me slowly about the sea');
    await page.getByText('The sea covers').waitFor();
    expect(await distance()).toBeLessThan(30);
    await box.hover();
    await page.mouse.wheel(0, -300);
    const jump = page.getByRole('button', { name: 'Jump to latest' });
    await jump.waitFor();
    const top = await box.evaluate((element) => element.scrollTop);
    const length = (await answers(page).last().textContent())?.length ?? 0;
    await page.waitForFunction(
      (before) =>
        ([...document.querySelectorAll('.answer')].at(-1)?.textContent ?? '').length > before + 60,
      length,
    );
    expect(await box.evaluate((element) => element.scrollTop)).toBe(top);
    await jump.click();
    await jump.waitFor({ state: 'detached' });
    expect(await distance()).toBeLessThan(30);
    await page.getByRole('button', { name: 'Stop' }).click();
    await untilIdle(page);
  });
});

describe.skipIf(!browserPath)('a gateway without a model', () => {
  it('says so, and how to add one', async () => {
    await using browser = await openBrowser();
    await using scene = await openScene();
    await using open = await visit(browser, scene);
    const { page } = open;
    await page.getByText('No model is connected yet.').waitFor();
    await page.getByText('ANTHROPIC_API_KEY').waitFor();
    await say(page, 'hello');
    await answers(page).first().waitFor();
    await untilIdle(page);
    await page.getByRole('button', { name: 'Hide this hint' }).click();
    expect(await page.getByText('No model is connected yet.').count()).toBe(0);
  });
});
