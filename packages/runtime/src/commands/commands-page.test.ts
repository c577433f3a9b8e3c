import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandTable, usageOf } from './command-table.ts';
import { menuWords } from './menu-words.ts';
import { toMenu } from './to-menu.ts';

const page = join(import.meta.dirname, '../../../../docs/reference/commands.md');
const who = {
  read: 'everybody who may write',
  write: 'everybody who may write',
  owner: 'the owner',
};

it('writes docs/reference/commands.md', async () => {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = commandTable.map(
    (row) => `| \`${cell(usageOf(row))}\` | ${cell(row.description)} | ${who[row.risk]} |`,
  );
  const lines = [
    '# Commands',
    '',
    'Written by a test of `packages/runtime` from the table of commands (`pnpm vitest run packages/runtime -u`); do not edit.',
    '',
    '| Command | What it does | For |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ];
  await expect(lines.join('\n')).toMatchFileSnapshot(page);
});

it('registers each row once, the owner’s for the owner alone, within the bounds of platforms', () => {
  const menu = toMenu(['42']);
  expect(menu.map(({ name }) => name)).toEqual(commandTable.map(({ name }) => name));
  expect(new Set(menu.map(({ name }) => name)).size).toBe(menu.length);
  expect(menu.find(({ name }) => name === 'sessions')?.onlyFor).toEqual(['42']);
  expect(menu.find(({ name }) => name === 'help')?.onlyFor).toBeUndefined();
  // Discord takes 100 characters of a description, Telegram 256.
  const said = commandTable.flatMap(({ name, description }) => [
    description,
    ...Object.values(menuWords[name]),
  ]);
  expect(said.filter((text) => text.length > 100 || text.trim() === '')).toEqual([]);
});
