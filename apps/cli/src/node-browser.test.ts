import { watch } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createBrowser } from './node-browser.ts';

const url = 'https://x.test/?a=1&b=$(touch /tmp/no)';

it('gives the address as one argument to the program that is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cuttle-browser-'));
  const program = join(folder, 'browser');
  await writeFile(
    program,
    `#!/bin/sh\nprintf %s "$1" > ${folder}/new && mv ${folder}/new ${folder}/seen\n`,
  );
  await chmod(program, 0o755);
  const seen = Promise.withResolvers<void>();
  const watcher = watch(folder, (_change, name) => {
    if (name === 'seen') seen.resolve();
  });
  expect(await createBrowser({ env: { BROWSER: program }, platform: 'linux' })(url)).toBe(true);
  await seen.promise;
  watcher.close();
  expect(await readFile(join(folder, 'seen'), 'utf8')).toBe(url);
  await rm(folder, { recursive: true });
});

it.each<[NodeJS.Platform, NodeJS.ProcessEnv]>([
  ['linux', {}],
  ['linux', { DISPLAY: ':0', SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }],
  ['darwin', { SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }],
  ['linux', { BROWSER: 'none', DISPLAY: ':0' }],
  ['linux', { BROWSER: '/nowhere/browser' }],
])('opens none on %s with %j', async (platform, env) => {
  expect(await createBrowser({ env, platform })(url)).toBe(false);
});
