import { echoScript } from '@cuttle/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { messageBox, visit } from './visit.ts';

describe.skipIf(browserPath === undefined)(`several agents${whyNot}`, () => {
  let browser: Browser;
  let scene: Scene;
  beforeAll(async () => {
    browser = await openBrowser();
    scene = await openScene({
      script: echoScript(),
      adjust: (config) => {
        config.agents.list = [
          { id: 'main', identity: { emoji: '🦑' } },
          { id: 'cook', identity: { name: 'Remy', emoji: '🐀' } },
        ];
      },
    });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    await browser.close();
  });

  it('are chosen from beside the model, and answer in a chat of their own', async () => {
    await using guest = await visit(browser, scene);
    const { page } = guest;
    await page.getByRole('button', { name: 'Agent of this session: Cuttle' }).click();
    const remy = page.getByRole('menuitemradio', { name: /Remy/ });
    await remy.waitFor();
    await remy.click();
    await page.getByRole('button', { name: 'Agent of this session: Remy' }).waitFor();
    await messageBox(page).fill('What is for dinner?');
    await messageBox(page).press('Enter');
    await page.getByText('You said: What is for dinner?').first().waitFor();
    const { sessions } = await scene.server.call('sessions.list', { agentId: 'cook' });
    expect(sessions).toHaveLength(1);
    expect(scene.model?.calls.at(-1)?.system).toContain('You are Remy');
  });
});
