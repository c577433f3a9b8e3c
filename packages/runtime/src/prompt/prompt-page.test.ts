import { join } from 'node:path';
import { expect, it } from 'vitest';
import { promptTable } from './part-table.ts';

const page = join(import.meta.dirname, '../../../../docs/reference/prompt.md');

// `pnpm vitest run packages/runtime -u` writes it anew.
it('the page of the prompt tells of every part', async () => {
  const rows = promptTable.map(({ id, tokens, private: isPrivate, holds }) => {
    const budget = tokens === undefined ? 'never cut' : String(tokens);
    return `| \`${id}\` | ${budget} | ${isPrivate ? 'yes' : 'no'} | ${holds} |`;
  });
  const lines = [
    '# Parts of the prompt',
    '',
    'Generated from the sources by `pnpm vitest run packages/runtime -u`; do not edit.',
    '',
    '| Part | Tokens at most | Private | Holds |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ];
  await expect(lines.join('\n')).toMatchFileSnapshot(page);
});
