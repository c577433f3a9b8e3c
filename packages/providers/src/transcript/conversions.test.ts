import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderConversions } from '../contract/conversion-table.ts';

const page = join(import.meta.dirname, '../../../../docs/switching-providers.md');

describe('the page on switching providers', () => {
  it('says what becomes of each part as the services are really sent it', async () => {
    const told = await readFile(page, 'utf8');
    const table = await renderConversions();
    const held = told.replace(
      /(<!-- conversions -->\n\n)(?:\|.*\n)*/,
      (_all, mark: string) => `${mark}${table}\n`,
    );
    await expect(held).toMatchFileSnapshot(page);
  });
});
