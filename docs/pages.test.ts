import { readdirSync } from 'node:fs';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { TelegramOptions } from '@cuttle/channels/options';
import { loadConfig } from '@cuttle/config';
import { listChannelCases } from '@cuttle/testkit/channel-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const folders = [
  'docs',
  'docs/providers',
  'docs/reference',
  ...['packages', 'apps'].flatMap(foldersIn),
  '.',
];
const files = folders.flatMap(markdownIn);
const pages = await Promise.all(
  files.map(async (name) => ({ name, text: await readFile(join(root, name), 'utf8') })),
);

function foldersIn(folder: string): string[] {
  return readdirSync(join(root, folder)).map((name) => join(folder, name));
}

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

const holding = (what: string): typeof pages => pages.filter(({ text }) => text.includes(what));

describe('programs in pages', () => {
  const shown = /<!-- example: (\S+) -->\n\n```ts\n[\s\S]*?```/g;

  it.each(holding('<!-- example: '))(
    '$name shows them as they are tested',
    async ({ name, text }) => {
      const sources = new Map<string, string>();
      for (const [, path = ''] of text.matchAll(shown))
        sources.set(path, await readFile(join(root, path), 'utf8'));
      expect(sources.size).toBeGreaterThan(0);
      const rendered = text.replace(
        shown,
        (_block, path: string) =>
          `<!-- example: ${path} -->\n\n\`\`\`ts\n${sources.get(path) ?? ''}\`\`\``,
      );
      await expect(rendered).toMatchFileSnapshot(join(root, name));
    },
  );

  it.each(pages.filter(({ name }) => /^(?:README|docs\/[^/]+)\.?/.test(name)))(
    '$name shows no other',
    ({ text }) => {
      const blocks = [...text.matchAll(/(.*)\n\n```ts\n/g)].map(([, before]) => before);
      expect(blocks.filter((before) => !before?.startsWith('<!-- example: '))).toEqual([]);
    },
  );
});

describe('links', () => {
  const link = /\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g;

  it.each(pages)('$name leads to what is there', async ({ name, text }) => {
    const broken: string[] = [];
    for (const [, path = '', heading] of text.matchAll(link)) {
      const target = path === '' ? name : relative(root, join(root, dirname(name), path));
      const isThere = await access(join(root, target)).then(
        () => true,
        () => false,
      );
      const known = pages.find((page) => page.name === target);
      const hasHeading = heading === undefined || headingsOf(known?.text ?? '').includes(heading);
      if (!isThere || !hasHeading) broken.push(`${path}#${heading ?? ''}`);
    }
    expect(broken).toEqual([]);
  });

  function headingsOf(text: string): string[] {
    return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
  }

  it.each(pages)('$name names files that are there', async ({ text }) => {
    const named = [...text.matchAll(/`((?:packages|apps|docs|tooling|e2e)\/[\w./-]+)`/g)];
    const missing: string[] = [];
    for (const [, path = ''] of named)
      await access(join(root, path)).catch(() => missing.push(path));
    // What a build makes is not there before it; NNNN stands for a number.
    expect(missing.filter((path) => !/\/dist\/|NNNN/.test(path))).toEqual([]);
  });
});

describe('tests in tables of pages', () => {
  const cited = /`([\w./-]+\.test\.ts)`(?:: ([^|`;]+))?/g;
  const promises = listChannelCases().map(({ group, title }) => `${group} ${title}`);

  /** Adapters name theirs without the folder of all. */
  async function readTest(path: string): Promise<string | undefined> {
    for (const place of [path, join('packages/channels/src', path)]) {
      const text = await readFile(join(root, place), 'utf8').catch(() => undefined);
      if (text !== undefined) return path.endsWith('channel.test.ts') ? promises.join('\n') : text;
    }
    return undefined;
  }

  it.each(holding('.test.ts`'))('$name cites what is there', async ({ text }) => {
    const missing: string[] = [];
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    for (const [, path = '', titles = ''] of rows.flatMap((row) => [...row.matchAll(cited)])) {
      const test = await readTest(path);
      const wanted = titles.split(', ').map((title) => title.trim());
      missing.push(
        ...wanted
          .filter((title) => test?.includes(title) !== true)
          .map((title) => `${path}: ${title}`),
      );
    }
    expect(missing).toEqual([]);
  });
});

describe('configurations in pages', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cuttle-pages-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const blocks = holding('```json5\n').flatMap(({ name, text }) =>
    [...text.matchAll(/```json5\n([\s\S]*?)```/g)].map(([, block = ''], at) => ({
      name,
      at: at + 1,
      block,
    })),
  );

  it.each(blocks.filter(({ block }) => !block.includes('$include')))(
    '$name, block $at: known keys and values that are taken',
    async ({ block }) => {
      const file = join(folder, 'cuttle.json5');
      await writeFile(file, block);
      const names = [...block.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => variable);
      const env = Object.fromEntries(names.map((variable) => [variable, 'a-value-of-some-length']));
      const { config, problems } = await loadConfig({ file, env });
      expect(problems).toEqual([]);
      const accounts = Object.values(config.channels['telegram'] ?? {});
      for (const account of accounts) TelegramOptions.strict().parse(account);
    },
  );
});

describe('commands in pages', () => {
  const reference = pages.find(({ name }) => name === 'docs/reference/cli.md')?.text ?? '';
  const headings = reference.matchAll(/^## `cuttle ([a-z]+(?: [a-z]+)?)/gm);
  const known = new Set([...headings].map(([, command = '']) => command));

  it.each(holding('cuttle '))('$name names commands that exist', ({ text }) => {
    const code = [...text.matchAll(/`([^`\n]+)`|^(?:npm run -s )?(cuttle .*)$/gm)];
    const commands = code
      .map(([, inline, line]) => inline ?? line ?? '')
      .flatMap((said) => [
        ...said.matchAll(/^(?:npm run -s )?cuttle (?:-- )?([a-z]+(?: [a-z]+)?)/g),
      ])
      .map(([, command = '']) => command);
    const unknown = commands.filter(
      (command) => !known.has(command) && !known.has(command.split(' ', 1)[0] ?? ''),
    );
    expect(unknown.filter((command) => command !== 'help')).toEqual([]);
  });
});

describe('the glossary', () => {
  it('defines each word of the project once', async () => {
    const agents = await readFile(join(root, 'AGENTS.md'), 'utf8');
    const [, nouns = ''] = /Nouns, without synonyms: ([\s\S]*?)\./.exec(agents) ?? [];
    const glossary = await readFile(join(root, 'docs/glossary.md'), 'utf8');
    const defined = [...glossary.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, word = '']) => word);
    const words = z
      .array(z.string())
      .min(20)
      .parse(nouns.split(',').map((word) => word.trim()));
    expect(defined).toEqual(words.map((word) => word.replace(/\s+/g, ' ')));
  });
});
