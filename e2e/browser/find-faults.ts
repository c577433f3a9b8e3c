/// <reference lib="dom" />
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axeFile = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'));

/** What axe finds wrong with a page, or with one part of it, in short. https://github.com/dequelabs/axe-core */
export async function findFaults(page: Page, part?: string): Promise<string[]> {
  await page.evaluate(await readFile(axeFile, 'utf8'));
  const { violations } = await page.evaluate((wanted) => {
    type Axe = { run(context: string | Document): Promise<AxeResults> };
    return (window as unknown as { axe: Axe }).axe.run(wanted ?? document); // put there by the script above
  }, part);
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
  );
}
