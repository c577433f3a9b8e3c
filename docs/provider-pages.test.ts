import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@cuttle/config';
import { providerDefinitions } from '@cuttle/providers';
import { describe, expect, it } from 'vitest';
import { providerFacts } from './provider-facts.ts';

const folder = join(import.meta.dirname, 'providers');
const kinds = providerDefinitions.map(({ id }) => id);
const pageOf = (kind: string): Promise<string> => readFile(join(folder, `${kind}.md`), 'utf8');
const rowOf = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

describe('the pages of providers', () => {
  it('are one for each kind, and the overview leads to them', async () => {
    const names = readdirSync(folder).map((name) => name.replace(/\.md$/, ''));
    expect(names.toSorted()).toEqual(kinds.toSorted());
    const overview = await readFile(join(import.meta.dirname, 'providers.md'), 'utf8');
    expect(kinds.filter((kind) => !overview.includes(`(providers/${kind}.md)`))).toEqual([]);
  });

  it.each(kinds)(
    '%s says how it is set up, what it has, what works and what is odd',
    async (kind) => {
      const page = await pageOf(kind);
      const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Set-up', 'Models', 'What works', 'Quirks']);
      const { keyVariable = '' } = providerDefinitions.find(({ id }) => id === kind) ?? {};
      expect(page).toContain(keyVariable);
      if (kind === 'offline') return;
      expect(page).toMatch(new RegExp(`kind: '${kind}'`));
      // Where a quirk was learned stands beside it.
      expect(page.slice(page.indexOf('## Quirks'))).toMatch(
        /<https:\/\/\S+>|https:\/\/github\.com/,
      );
    },
  );

  it.each(kinds)('%s shows settings that its kind takes', async (kind) => {
    const [, block = ''] = /```json5\n([\s\S]*?)```/.exec(await pageOf(kind)) ?? [];
    const home = await mkdtemp(join(tmpdir(), 'cuttle-provider-pages-'));
    const file = join(home, 'cuttle.json5');
    await writeFile(file, block);
    const names = [...block.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
    const env = Object.fromEntries(names.map((name) => [name, 'a-value-of-some-length']));
    const { config } = await loadConfig({ file, env });
    await rm(home, { recursive: true });
    const refused = Object.entries(config.providers).flatMap(
      ([id, { kind: stated, ...settings }]) => {
        const definition = providerDefinitions.find((one) => one.id === stated);
        const checked = definition?.options.safeParse({ ...settings, id });
        return checked?.success ? [] : [`${id}: ${String(checked?.error)}`];
      },
    );
    expect(refused).toEqual([]);
    const { model = '', fallbacks } = config.agents.defaults;
    const known = new Set([...Object.keys(config.providers), 'offline']);
    expect([model, ...fallbacks].filter((ref) => !known.has(ref.split('/')[0] ?? ''))).toEqual([]);
  });

  // What `pnpm vitest run docs -u` writes anew.
  it.each(kinds.filter((kind) => kind !== 'offline'))(
    '%s tells what its adapter does',
    async (kind) => {
      const page = await pageOf(kind);
      const facts = toTable(await providerFacts(kind, rowOf));
      const block = /<!-- facts: ([\w-]+) -->[\s\S]*?<!-- \/facts -->/;
      expect(block.exec(page)?.[1]).toBe(kind);
      const fresh = ['<!-- facts: ', kind, ' -->\n\n', facts.join('\n'), '\n\n<!-- /facts -->'];
      const rendered = page.replace(block, () => fresh.join(''));
      await expect(rendered).toMatchFileSnapshot(join(folder, `${kind}.md`));
    },
  );
});

/** As the formatter of the pages lays a table out: cells as wide as the widest of their column. */
function toTable(lines: readonly string[]): readonly string[] {
  const rows = lines.map((line) => line.slice(2, -2).split(' | '));
  const widths = rows[0]?.map((_cell, at) =>
    Math.max(...rows.filter((_row, line) => line !== 1).map((row) => row[at]?.length ?? 0)),
  );
  return rows.map((row, line) =>
    rowOf(
      ...row.map((cell, at) =>
        line === 1 ? '-'.repeat(widths?.[at] ?? 3) : cell.padEnd(widths?.[at] ?? 0),
      ),
    ),
  );
}
