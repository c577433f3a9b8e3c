import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { migrations } from './migrations.generated.ts';

it('names the bound of every table in docs/records.md', async () => {
  const page = await readFile(new URL('../../../../docs/records.md', import.meta.url), 'utf8');
  const made = JSON.stringify(migrations).matchAll(/CREATE (?:VIRTUAL )?TABLE `(\w+)`/g);
  // A table that was made anew had another name meanwhile.
  const tables = [...new Set([...made].map(([, name = '']) => name))].filter(
    (name) => !name.startsWith('__new_'),
  );
  expect(tables.length).toBeGreaterThan(30);
  expect(tables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
