import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const runNode = promisify(execFile);

/** What a process has in memory from its start on. */
function startFiles(dist: string): readonly string[] {
  const seen = new Set<string>(['app.js', 'sqlite-writer.js', 'reader-worker.js']);
  for (const name of seen) {
    const path = join(dist, name);
    if (!existsSync(path)) seen.delete(name);
    else
      for (const [, file = ''] of readFileSync(path, 'utf8').matchAll(/from ?"\.\/([^"]+)"/g))
        seen.add(file);
  }
  return [...seen];
}

// One letter beyond Latin-1, which the bundler leaves in a regular expression, makes V8 keep a whole file in two bytes a letter: a megabyte more.
it.each(['server', 'worker', 'cli'])('apps/%s begins with files of one byte a letter', (app) => {
  const dist = join(root, 'apps', app, 'dist');
  const files = startFiles(dist);
  expect(files).toContain('app.js');
  const wide = files.flatMap((name) => {
    const text = readFileSync(join(dist, name), 'utf8');
    const at = text.search(/[\u0100-\uffff]/);
    return at < 0 ? [] : [`${name}: ${text.slice(Math.max(0, at - 40), at + 20)}`];
  });
  expect(wide).toEqual([]);
});

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
