import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

// With a folder in CUTTLE_PICTURES every state is kept as a picture, to be looked at.
const pictures = process.env['CUTTLE_PICTURES'];

export async function keepPicture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name.replaceAll(' ', '-')}.png`) });
}
