import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { clearHome, homeAt, prepareHome, readOrMakeToken, writeRunFile } from './home.ts';

it('says where it answers, and clears away what a gateway left that was killed while it said so', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cuttle-home-'));
  const home = homeAt(root);
  await prepareHome(home);
  await writeFile(`${home.runFile}.new`, '{"pid":1,"ur');
  const content = { pid: 2, url: 'http://127.0.0.1:1', startedAt: 'now', version: '0.0.0' };
  await writeRunFile(home, content);

  expect(await readdir(dirname(home.runFile))).toEqual(['gateway.json']);
  expect(JSON.parse(await readFile(home.runFile, 'utf8'))).toEqual(content);
  await rm(root, { recursive: true });
});

it('makes one token, and clears away what a gateway left that was killed while it did', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cuttle-home-'));
  const home = homeAt(root);
  await prepareHome(home);
  await writeFile(`${home.tokenFile}.new`, 'half');
  const token = await readOrMakeToken(home);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(await readOrMakeToken(home)).toBe(token);
  expect(await readdir(dirname(home.tokenFile))).toContain('gateway-token');
  expect(await readdir(dirname(home.tokenFile))).not.toContain('gateway-token.new');
  await rm(root, { recursive: true });
});

it('clears away the films that a gateway left that was killed while it looked at them', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cuttle-home-'));
  const home = homeAt(root);
  await prepareHome(home);
  await clearHome(home);
  await mkdir(join(home.films, 'film-x'), { recursive: true });
  await writeFile(join(home.films, 'film-x', 'film'), 'somebody');
  await clearHome(home);
  expect(await readdir(dirname(home.films))).toEqual([]);
  await rm(root, { recursive: true });
});
