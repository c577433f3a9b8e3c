/// <reference lib="dom" />
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { Scene } from './scene.ts';

/**
 * A browser of its own at the page, logged in. Its disposal fails if meanwhile something happened that must not: an error, a dialog,
 * a violation of the content security policy, a request to elsewhere. Cut connections are none of these.
 */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
}

export const phone = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
} as const;
export const desk = { viewport: { width: 1280, height: 800 } } as const;

/** The ways in which a page is looked at, each with its name: every barrier and every picture is one of a look. */
export const looks = [
  ['desk light', desk, 'light'],
  ['desk dark', desk, 'dark'],
  ['phone light', phone, 'light'],
  ['phone dark', phone, 'dark'],
] as const;

export async function visit(
  browser: Browser,
  scene: Scene,
  options: BrowserContextOptions = desk,
): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on('console', (message) => {
    const isNetwork = /WebSocket connection|ERR_CONNECTION|Failed to load resource/.test(
      message.text(),
    );
    if (message.type() === 'error' && !isNetwork) problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isOurs = url.protocol === 'data:' || url.host === `127.0.0.1:${scene.network.port}`;
    if (!isOurs) problems.push(`request: ${request.url()}`);
  });
  await context.exposeFunction('reportViolation', (words: string) => void problems.push(words));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      // Exposed above.
      const { reportViolation } = window as unknown as { reportViolation(words: string): void };
      reportViolation(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(await scene.loginUrl());
  await messageBox(page).waitFor();
  return {
    page,
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      if (problems.length > 0) throw new Error(`The page had problems:\n${problems.join('\n')}`);
    },
  };
}

export function messageBox(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('textbox', { name: 'Message' });
}

export async function say(page: Page, words: string): Promise<void> {
  await messageBox(page).fill(words);
  await messageBox(page).press('Enter');
}

/** The conversation, without what is said to screen readers. */
export function talk(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('log', { name: 'Conversation' });
}

/** The answers as a reader sees them, oldest first. */
export function answers(page: Page): ReturnType<Page['locator']> {
  return page.locator('.turn.answer');
}

/** Resolves when nothing is answered any more. */
export async function untilIdle(page: Page): Promise<void> {
  await page.locator('.turn.answer[aria-busy=true]').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Stop', exact: true }).waitFor({ state: 'detached' });
}

export async function startChat(page: Page): Promise<void> {
  const sessions = page.getByRole('button', { name: 'Sessions', exact: true });
  if (await sessions.isVisible()) await sessions.click();
  await page.getByRole('button', { name: 'New chat', exact: true }).first().click();
  await page.getByRole('heading', { name: 'What is on your mind?' }).waitFor();
}
