import { type Script, text } from '@cuttle/testkit';
import type { Locator, Page } from 'playwright-core';

/** Says again what was said. */
export const repeatScript: Script = (call) => [
  text(`You said: ${call.messages.findLast(({ role }) => role === 'user')?.text}`),
];

export function list(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Sessions' });
}

export function row(page: Page, title: string): Locator {
  return list(page).getByRole('button', { name: title, exact: true });
}
