import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, query } from './database.ts';
import { noReserve, openFolder } from './fixtures/open-fixture.ts';
import { type LoadHome, runLoad, runPurge, startLoad } from './fixtures/run-load.ts';
import { openInlineStore, openSqliteStore } from './index.ts';

// Each test starts processes, and some machines are busy.
vi.setConfig({ testTimeout: 30_000 });

const folders: (() => Promise<void>)[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const remove of folders.splice(0)) await remove();
});

async function openHome(): Promise<LoadHome> {
  const { path, blobsPath, remove } = await openFolder();
  folders.push(remove);
  return { path, blobsPath };
}

/** Every acknowledged message and end is there, and the database is whole. */
async function expectWhole(home: LoadHome, lines: readonly string[]): Promise<void> {
  await using store = await openInlineStore({
    ...home,
    disk: noReserve,
    recordKeysFile: `${home.path}.keys`,
  });
  const { reader } = store;
  const lost: string[] = [];
  for (const line of lines) {
    const [said = '', answered] = line.split(' ');
    const inbound = await reader.findInbound({ inboundId: answered ?? said });
    if (!inbound || (answered !== undefined && inbound.state !== 'answered')) lost.push(line);
  }
  expect(lost).toEqual([]);
  const { sessions } = await reader.listSessions({ limit: 100 });
  for (const { sessionId } of sessions) {
    const events = await reader.readEvents({ sessionId, after: 0, limit: 1_000 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
    expect((await reader.verifySession({ sessionId })).findings).toEqual([]);
  }
  const { queued } = await reader.counts();
  const db = openDatabase(home.path, { readOnly: true });
  const [check] = db.list(query<{ integrity_check: string }>('PRAGMA integrity_check'));
  expect(check?.integrity_check).toBe('ok');
  expect(db.list(query<object>('PRAGMA foreign_key_check'))).toEqual([]);
  const counted = db.find(
    query<{ n: number }>(`SELECT count(*) AS n FROM inbound WHERE state = 'queued'`),
  );
  expect(counted?.n).toBe(queued);
  db.close();
}

describe('a killed process', () => {
  it('loses nothing it had acknowledged, and can be killed again and again', async () => {
    const home = await openHome();
    const { lines, signal } = await runLoad(home, { lines: 60 });
    expect(signal).toBe('SIGKILL');
    expect(lines.length).toBeGreaterThan(50);
    await expectWhole(home, lines);
  });

  it.each([
    ['accept.after.insert', 40],
    ['store.after.call', 60],
    ['store.before.commit', 20],
    ['store.after.commit', 20],
    ['store.before.reply', 20],
    ['store.after.reply', 20],
    ['checkpoint.before', 1],
    ['checkpoint.after', 1],
  ] as const)('keeps every promise when it dies at %s', async (name, hit) => {
    const home = await openHome();
    const { lines, signal } = await runLoad(home, { name, hit });
    expect(signal).toBe('SIGKILL');
    await expectWhole(home, lines);
  });

  it.each([
    'boot.after.lock',
    'migrate.before.commit',
    'migrate.after.commit',
    'boot.before.epoch',
    'boot.after.epoch',
  ] as const)('opens well after a death at %s', async (name) => {
    const home = await openHome();
    expect((await runLoad(home, { name, hit: 1 })).signal).toBe('SIGKILL');
    await expectWhole(home, []);
  });
});

describe('a process that forks and goes back, and is killed', () => {
  it.each([
    ['store.before.commit', 60],
    ['store.before.commit', 83],
    ['store.after.commit', 60],
    ['store.after.commit', 83],
  ] as const)(
    'has each fork and each way back whole or not at all: %s, hit %i',
    async (name, hit) => {
      const home = await openHome();
      const { lines, signal } = await runLoad({ ...home, travel: true }, { name, hit });
      expect(signal).toBe('SIGKILL');
      const travels = lines.filter((line) => /^(?:forked|rewound) /.test(line));
      expect(travels).not.toEqual([]);
      await expectWhole(
        home,
        lines.filter((line) => !travels.includes(line)),
      );
      await using store = await openInlineStore({ ...home, disk: noReserve });
      const lost: string[] = [];
      for (const travel of travels) {
        const [what, key = '', number] = travel.split(' ');
        const session = await store.reader.findSession(key);
        const { sessionId = '', generation = 0 } = session ?? {};
        const { entries } = await store.reader.readHistory({ sessionId, limit: 500 });
        const reached = what === 'forked' ? (entries.at(-1)?.seq ?? 0) : generation;
        if (reached < Number(number) || entries.some(({ past }) => past)) lost.push(travel);
      }
      expect(lost).toEqual([]);
    },
  );
});

describe('a purge that is killed', () => {
  it.each([1, 7, 20, 31])('goes on from slice %i, and leaves nothing', async (hit) => {
    const home = await openHome();
    await runLoad(home, { lines: 60 });
    const cut = { name: 'purge.after.slice', hit, fault: 'kill' } as const;
    expect(await runPurge(home, cut)).toBe('SIGKILL');
    await expectWhole(home, []);
    expect(await runPurge(home)).toBeNull();
    await expectWhole(home, []);
    const db = openDatabase(home.path, { readOnly: true });
    const left = db.find(
      query<object>(`SELECT (SELECT count(*) FROM inbound) AS inbounds, (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM run) AS runs,
(SELECT count(*) FROM outbound WHERE body LIKE '%yes%' OR state = 'prepared') AS words, (SELECT count(*) FROM seen WHERE external_id NOT LIKE 'salted:%') AS keys,
(SELECT count(*) FROM purge WHERE ended_at IS NOT NULL AND trace IS NULL) AS ended`),
    );
    db.close();
    expect(left).toEqual({ inbounds: 0, entries: 0, runs: 0, words: 0, keys: 0, ended: 1 });
    const file = await readFile(home.path);
    expect(file.includes('message 0-0')).toBe(false);
  });
});

describe('ownership', () => {
  it('belongs to one process, which is named to the other', async () => {
    const home = await openHome();
    const child = startLoad(home);
    children.push(child);
    await once(createInterface({ input: child.stdout }), 'line');
    const second = openSqliteStore({ ...home, disk: noReserve });
    await expect(second).rejects.toMatchObject({
      code: 'store.single-process',
      details: { pid: child.pid },
    });
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const store = await openSqliteStore({ ...home, disk: noReserve });
    await store[Symbol.asyncDispose]();
  });

  it('belongs to one opening, also within a process', async () => {
    const home = await openHome();
    const first = await openInlineStore({ ...home, disk: noReserve });
    const code = { code: 'store.single-process', details: { pid: process.pid } };
    await expect(openSqliteStore({ ...home, disk: noReserve })).rejects.toMatchObject(code);
    await expect(openInlineStore({ ...home, disk: noReserve })).rejects.toMatchObject(code);
    await first[Symbol.asyncDispose]();
    const again = await openInlineStore({ ...home, disk: noReserve });
    await again[Symbol.asyncDispose]();
  });

  it('ends for an opening whose database was taken over', async () => {
    const home = await openHome();
    await using store = await openInlineStore({ ...home, disk: noReserve });
    const thief = openDatabase(home.path);
    thief.raw.exec(`UPDATE store SET boot = 'another'`);
    thief.close();
    const write = store.journal.appendAudit({ kind: 'x', principal: 'y', details: {} });
    await expect(write).rejects.toMatchObject({ code: 'store.failed' });
    expect(await store.failed).toMatchObject({ code: 'store.failed' });
  });
});

describe('a commit whose outcome is unknown', () => {
  it.each(['store.before.commit', 'store.after.commit'] as const)(
    'answers nobody and ends, at %s',
    async (name) => {
      const home = await openHome();
      const crashPoint = { name, hit: 2, fault: 'error' } as const;
      const store = await openSqliteStore({ ...home, disk: noReserve, crashPoint });
      const put = (key: string): Promise<void> =>
        store.journal.putValue({ namespace: 'n', key, value: 1 });
      await put('first');
      const writes = await Promise.allSettled([put('a'), put('b')]);
      expect(writes).toMatchObject([
        { status: 'rejected', reason: { code: 'store.failed' } },
        { status: 'rejected', reason: { code: 'store.failed' } },
      ]);
      expect(await store.failed).toMatchObject({ code: 'store.failed' });
      expect(store.health()).toMatchObject({ writable: false });
      await expect(put('later')).rejects.toMatchObject({ code: 'store.failed' });
      await store[Symbol.asyncDispose]();
      const again = await openInlineStore({ ...home, disk: noReserve });
      const values = await again.reader.listValues({ namespace: 'n', limit: 10 });
      const keys = values.map(({ key }) => key);
      expect(keys).toEqual(name === 'store.after.commit' ? ['a', 'b', 'first'] : ['first']);
      await again[Symbol.asyncDispose]();
    },
  );
});
