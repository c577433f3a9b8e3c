/// <reference lib="dom" />
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFaults } from './find-faults.ts';
import { browserPath, openBrowser, whyNot } from './open-browser.ts';
import { openScene, type Scene } from './scene.ts';
import { showcaseScript, showcaseTools } from './showcase-script.ts';
import {
  desk,
  messageBox,
  phone,
  say,
  startChat,
  talk,
  untilIdle,
  type Visit,
  visit,
} from './visit.ts';

// With a folder in CUTTLE_PICTURES every state is kept as a picture, to be looked at.
const pictures = process.env['CUTTLE_PICTURES'];

/** Brings the page into a state. Each begins at whatever the one before left. */
type Show = (page: Page, scene: Scene) => Promise<void>;

const ask = async (page: Page, words: string, shown: string): Promise<void> => {
  await startChat(page);
  await say(page, words);
  await talk(page).getByText(shown).first().waitFor();
};
const openSessions = async (page: Page): Promise<void> => {
  const button = page.getByRole('button', { name: 'Sessions', exact: true });
  if (await button.isVisible()) await button.click();
};

const states: Readonly<Record<string, Show>> = {
  empty: startChat,
  prose: async (page) => {
    await ask(page, 'Why do cuttlefish have W-shaped pupils?', 'A short summary');
    await untilIdle(page);
  },
  code: async (page) => {
    await ask(page, 'Show me code', 'That is all');
    await untilIdle(page);
  },
  languages: async (page) => {
    await ask(page, 'مرحبا، كيف حالك؟', 'שלום');
    await untilIdle(page);
  },
  tools: async (page) => {
    await ask(page, 'Look up the tides and compute the mean', 'mean tide');
    await untilIdle(page);
    for (const summary of await page.locator('details summary').all()) await summary.click();
  },
  approval: (page) => ask(page, 'Mail the harbour master', 'May I use'),
  error: (page) => ask(page, 'Fail please', 'Try again'),
  note: async (page) => {
    await startChat(page);
    await say(page, '/status');
    await talk(page).getByText('Agent Cuttle').waitFor();
  },
  'session menu': async (page) => {
    await startChat(page);
    await say(page, 'Look up the tides and compute the mean');
    await talk(page).getByText('mean tide').waitFor();
    await untilIdle(page);
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menu').waitFor();
  },
  'message menu': async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Answer menu' }).last().click();
    await page.getByRole('menuitem', { name: 'Fork from here' }).waitFor();
  },
  rewind: async (page) => {
    await page.getByRole('menuitem', { name: 'Rewind to here' }).click();
    await page.getByRole('alertdialog').waitFor();
  },
  reset: async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Reset' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('separator', { name: 'A new conversation' }).waitFor();
  },
  delete: async (page) => {
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').waitFor();
  },
  archived: async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Session menu' }).click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await openSessions(page);
    await page.getByRole('button', { name: 'Archived sessions' }).click();
    await page.getByText('Kept from being reset').waitFor();
    await page
      .getByRole('navigation', { name: 'Sessions' })
      .getByText('Look up the tides')
      .first()
      .waitFor();
  },
  commands: async (page) => {
    await page.getByRole('button', { name: 'Current sessions' }).click();
    await page.keyboard.press('Escape');
    await messageBox(page).fill('/');
    await page.getByRole('listbox').waitFor();
  },
  model: async (page) => {
    await messageBox(page).fill('');
    await page.getByRole('button', { name: /Model of this session/ }).click();
    await page.getByRole('menu').waitFor();
  },
  settings: async (page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menu').waitFor();
  },
  usage: async (page) => {
    await page.getByRole('menuitem', { name: 'Usage and cost' }).click();
    const dialog = page.getByRole('dialog', { name: 'Usage of the last 30 days' });
    await dialog.getByRole('table', { name: 'By model, the dearest first' }).waitFor();
    await dialog.getByText('Days as a table').click();
  },
  memory: async (page, scene) => {
    await page.keyboard.press('Escape');
    await scene.server.call('memory.write', {
      path: 'MEMORY.md',
      text: '# Memory\n\n- **boat**: the Amande, berth 12\n- **harbour**: Brest\n',
    });
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Memory' }).click();
    await page.getByRole('button', { name: /^MEMORY\.md/ }).click();
    await page.getByRole('list', { name: 'Lines of MEMORY.md' }).waitFor();
  },
  search: async (page) => {
    await page.keyboard.press('Escape');
    await openSessions(page);
    await page.getByRole('searchbox').fill('tide');
    await page.locator('mark').first().waitFor();
  },
  filters: async (page) => {
    await page.getByText('Filters').click();
    await page.getByLabel('When').selectOption('Last 7 days');
    await page.locator('mark').first().waitFor();
  },
  found: async (page) => {
    await page.locator('.hit').last().click();
    await page.locator('.turn.is-found').waitFor();
    await openSessions(page);
    await page.getByText('Filters').click();
  },
  streaming: async (page) => {
    await page.getByRole('searchbox').fill('');
    await page.keyboard.press('Escape');
    await ask(page, 'Tell me slowly about the sea', 'The sea');
    await say(page, 'And then, what about the sky?');
    await page.getByText('Waiting its turn').waitFor();
  },
  cut: async (page, scene) => {
    scene.network.cut();
    await page.getByText('Reconnecting').waitFor();
  },
  login: async (page, scene) => {
    scene.network.mend();
    await page.getByText('Reconnecting').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Open your gateway' }).waitFor();
  },
};

/** Whether anything can be scrolled sideways, and what sticks out. */
function findOverflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement;
    const wide = [...document.querySelectorAll('#app *')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      const isInScroller =
        element.closest('pre, .table-scroll, .visually-hidden, .panel[inert]') !== null;
      return width > 0 && !isInScroller && (right > innerWidth + 1 || left < -1);
    });
    const scrolls = root && root.scrollWidth > innerWidth ? ['the page'] : [];
    return [...scrolls, ...wide.map(({ tagName, className }) => `${tagName} ${className}`)];
  });
}

const variants = [
  ['a phone, light', 'phone-light', { ...phone, colorScheme: 'light' }],
  [
    'a phone, dark, with less motion',
    'phone-dark',
    { ...phone, colorScheme: 'dark', reducedMotion: 'reduce' },
  ],
  ['a desk, light', 'desk-light', { ...desk, colorScheme: 'light' }],
  ['a desk, dark', 'desk-dark', { ...desk, colorScheme: 'dark' }],
] as const;

// Colours are computed in the page's own tests, so two of the four are enough unless pictures are wanted.
const shown = variants.filter(
  ([, name]) => pictures !== undefined || ['phone-dark', 'desk-light'].includes(name),
);

describe.skipIf(!browserPath).each(shown)(`on %s${whyNot}`, (_title, name, options) => {
  let browser: Browser;
  let scene: Scene;
  let open: Visit;
  beforeAll(async () => {
    browser = await openBrowser();
    scene = await openScene({ script: showcaseScript, tools: showcaseTools });
    // axe is not the page's: the policy of the page would refuse it.
    open = await visit(browser, scene, { ...options, bypassCSP: true });
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  });
  afterAll(async () => {
    await open[Symbol.asyncDispose]();
    await browser.close();
    await scene[Symbol.asyncDispose]();
  });

  it.each(Object.keys(states))('%s is sound, within the width and readable', async (state) => {
    const { page } = open;
    await states[state]?.(page, scene);
    await page.evaluate(() =>
      Promise.allSettled(
        document
          .getAnimations()
          .filter(({ effect }) => effect?.getTiming().iterations !== Infinity)
          .map(({ finished }) => finished),
      ),
    );
    if (pictures !== undefined)
      await page.screenshot({ path: join(pictures, `${state}-${name}.png`) });
    expect(await findFaults(page)).toEqual([]);
    expect(await findOverflow(page)).toEqual([]);
  });
});
