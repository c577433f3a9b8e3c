import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHeardKeys } from './heard-keys.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cuttle-heard-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const chat = '1203@g.us';
const keyOf = (id: string) => ({ remoteJid: chat, fromMe: false, id, participant: '5566@lid' });

it('keeps what came last over a restart, in a file that does not grow', async () => {
  const path = join(folder, 'heard.jsonl');
  const keys = await openHeardKeys(path, 10);
  for (let count = 0; count < 57; count += 1) await keys.put(chat, keyOf(`m${count}`));
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  expect(lines.length).toBeLessThanOrEqual(20);
  const later = await openHeardKeys(path, 10);
  expect([later.find(chat, 'm46'), later.find('1204@g.us', 'm56')]).toEqual([undefined, undefined]);
  expect([later.find(chat, 'm47'), later.find(chat, 'm56')]).toEqual([keyOf('m47'), keyOf('m56')]);
});

it('passes over half a line, and keeps what is put behind it', async () => {
  const path = join(folder, 'heard.jsonl');
  await (await openHeardKeys(path)).put(chat, keyOf('one'));
  await appendFile(path, '{"chat":"half');
  await (await openHeardKeys(path)).put(chat, keyOf('two'));
  const keys = await openHeardKeys(path);
  expect([keys.find(chat, 'one'), keys.find(chat, 'two')]).toEqual([keyOf('one'), keyOf('two')]);
});
