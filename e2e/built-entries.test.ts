import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const runNode = promisify(execFile);

it.each(['server', 'worker', 'cli'])('apps/%s says its version and its help', async (app) => {
  const entry = join(root, 'apps', app, 'dist/main.js');
  // Written by us, with a version by changesets.
  const { version } = JSON.parse(readFileSync(join(root, 'apps', app, 'package.json'), 'utf8')) as {
    readonly version: string;
  };

  expect(await runNode(process.execPath, [entry, '--version'])).toEqual({
    stdout: `${version}\n`,
    stderr: '',
  });
  const help = await runNode(process.execPath, [entry, '--help']);
  expect(help.stdout).toContain('Usage');
  expect(help.stderr).toBe('');
});
