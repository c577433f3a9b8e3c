import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatProblem, loadConfig } from './index.ts';

it('does what the README says', async () => {
  const file = join(tmpdir(), 'no-such-folder', 'cuttle.json5');

  // The example, word for word.
  const { config, problems, env } = await loadConfig({ file, env: process.env });
  const warnings = problems.map(formatProblem); // an unknown key never stops a start
  const port = config.gateway.port;
  const hasKey = env['ANTHROPIC_API_KEY'] !== undefined;

  expect([warnings, typeof port, typeof hasKey]).toEqual([[], 'number', 'boolean']);
  const [readme, own] = await Promise.all(
    ['../README.md', './readme-example.test.ts'].map((name) =>
      readFile(new URL(name, import.meta.url), 'utf8'),
    ),
  );
  const example = /```ts\n[^]*?\n\n([^]*?)```/.exec(readme ?? '')?.[1] ?? 'no example';
  expect(own?.replaceAll(/^ {2}/gm, '')).toContain(example);
});
