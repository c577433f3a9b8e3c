import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ConfigReload, openConfigKeeper } from './config-keeper.ts';
import { watchConfig } from './watch-config.ts';

let folder = '';
const ending = new AbortController();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-watch-'));
});
afterEach(async () => {
  ending.abort();
  await rm(folder, { recursive: true });
});

/** In one step: without a pause a watcher would also read the empty file of a plain write. */
async function put(file: string, text: string): Promise<void> {
  await writeFile(`${file}.next`, text);
  await rename(`${file}.next`, file);
}

it('reads the files again when one changes, is replaced, or is included anew', async () => {
  const file = join(folder, 'cuttle.json5');
  await writeFile(join(folder, 'unrelated.txt'), '');
  const keeper = await openConfigKeeper({ file, env: {}, newId: () => 'id' });
  const waiting: ((result: ConfigReload) => void)[] = [];
  const next = (): Promise<ConfigReload> => new Promise((resolve) => waiting.push(resolve));
  await watchConfig(
    {
      keeper,
      clock: { sleep: () => Promise.resolve() },
      heard: (result) => {
        // One write may be told in several events; only a change is waited for.
        if (result.changed.length > 0 || !result.applied) waiting.shift()?.(result);
      },
      failed: (error) => {
        throw error;
      },
    },
    ending.signal,
  );

  const appeared = next();
  await put(file, '{ gateway: { port: 1 } }');
  expect(await appeared).toMatchObject({ applied: true, changed: ['gateway.port'] });

  const replaced = next();
  await writeFile(join(folder, 'new'), `{ gateway: { port: 2 }, log: { $include: 'log.json5' } }`);
  await writeFile(join(folder, 'log.json5'), `{}`);
  await rename(join(folder, 'new'), file);
  expect(await replaced).toMatchObject({ changed: ['gateway.port'] });

  const included = next();
  await put(join(folder, 'log.json5'), `{ level: 'debug' }`);
  expect(await included).toMatchObject({ changed: ['log.level'] });

  const broken = next();
  await put(file, '{ gateway: ');
  expect(await broken).toMatchObject({ applied: false });
  expect(keeper.current().config.gateway.port).toBe(2);
});
