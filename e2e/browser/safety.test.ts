/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { text, toolCall } from '@cuttle/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { say, startChat, talk, untilIdle, visit } from './visit.ts';

const strings = JSON.parse(
  readFileSync(
    new URL('../../apps/web/src/markdown/fixtures/xss-strings.json', import.meta.url),
    'utf8',
  ),
) as string[];

const everywhere = strings
  .flatMap((string) => [
    string,
    `[${string}](${string}) ![${string}](${string}) <${string}>`,
    `| ${string} |\n|---|\n| ${string} |`,
  ])
  .join('\n\n');

describe.skipIf(!browserPath)(`hostile text${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    browser = await openBrowser();
    scene = await openScene({
      script: (call) => {
        const results = call.messages.some(({ role }) => role === 'tool');
        if (results) return [text(everywhere)];
        return [text('Before.'), toolCall('note_add', { text: strings.join('\n') })];
      },
    });
  });
  afterAll(async () => {
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });

  it('runs nothing and asks nobody, as answer, message, title, argument, draft and search', async () => {
    await using open = await visit(browser, scene);
    const { page } = open;
    await startChat(page);
    await say(page, strings.join('\n'));
    await talk(page).getByText('jaVasCript').last().waitFor();
    await untilIdle(page);
    for (const summary of await page.locator('details summary').all()) await summary.click();
    const key = await page.evaluate(
      () => new URLSearchParams(location.hash.slice(1)).get('s') ?? '',
    );
    for (const title of strings.slice(0, 40)) {
      await scene.server.call('sessions.patch', { sessionKey: key, title: title.slice(0, 200) });
    }
    await page.reload();
    await talk(page).getByText('jaVasCript').last().waitFor();
    await page.getByRole('searchbox').fill('alert');
    await page.getByText('In messages').waitFor();
    await page.locator('mark').first().waitFor();
    const active = await page.evaluate(
      () =>
        document.querySelectorAll(
          '#app :is(script, iframe, object, embed, form[action], base, meta, link, style, video, audio, svg [onload], [srcdoc], [style*=url])',
        ).length,
    );
    expect(active).toBe(0);
    const handlers = await page.evaluate(() =>
      [...document.querySelectorAll('#app *')].flatMap((element) =>
        [...element.attributes].filter(({ name }) => name.startsWith('on')).map(({ name }) => name),
      ),
    );
    expect(handlers).toEqual([]);
    const links = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLAnchorElement>('.answer a')].map(
        ({ protocol }) => protocol,
      ),
    );
    expect(
      links.filter((protocol) => !['http:', 'https:', 'mailto:', 'tel:'].includes(protocol)),
    ).toEqual([]);
  });

  it('opens no session by a hostile address', async () => {
    await using open = await visit(browser, scene);
    const { page } = open;
    const base = page.url().split('#')[0] ?? '';
    for (const hash of [
      '#s=%3Cimg src=x onerror=alert(1)%3E',
      '#s=%',
      '#s=__proto__',
      '#<script>alert(1)</script>',
      `#s=${'x'.repeat(5000)}`,
    ]) {
      await page.goto('about:blank');
      await page.goto(base + hash);
      await page.getByRole('textbox', { name: 'Message' }).waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
    }
  });
});
