import { readFile, writeFile } from 'node:fs/promises';
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMigrations } from '../../render-migrations.ts';
import { openDatabase, query } from './database.ts';
import { noReserve, openFolder } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';
import { schemaVersion } from './migrate.ts';
import { migrations } from './migrations.generated.ts';
import * as schema from './schema.ts';

let home: Awaited<ReturnType<typeof openFolder>>;
beforeEach(async () => {
  home = await openFolder();
});
afterEach(() => home.remove());
const open = (): ReturnType<typeof openInlineStore> =>
  openInlineStore({ ...home, disk: noReserve });

describe('migrations', () => {
  const folder = new URL('migrations/', import.meta.url);

  it('are embedded as they were generated', () => {
    expect(migrations).toEqual(readMigrations(folder));
  });

  it('follow every change of the schema', async () => {
    const { entries } = JSON.parse(
      await readFile(new URL('meta/_journal.json', folder), 'utf8'),
    ) as { entries: { idx: number }[] }; // written by drizzle-kit
    const last = String(entries.at(-1)?.idx ?? 0).padStart(4, '0');
    const snapshot = JSON.parse(
      await readFile(new URL(`meta/${last}_snapshot.json`, folder), 'utf8'),
    ) as Awaited<ReturnType<typeof generateSQLiteDrizzleJson>>; // written by drizzle-kit
    const now = await generateSQLiteDrizzleJson({ ...schema }, snapshot.id);
    expect(await generateSQLiteMigration(snapshot, now)).toEqual([]);
  });

  it('are done once, and bring a new home to the newest schema', async () => {
    for (let life = 0; life < 2; life += 1) {
      const store = await open();
      await store[Symbol.asyncDispose]();
    }
    const db = openDatabase(home.path);
    const version = db.find(query<{ user_version: number }>('PRAGMA user_version'));
    expect(version?.user_version).toBe(schemaVersion);
    db.close();
  });

  it('keep the usage of a home from before budgets, whose prices were not known', async () => {
    const old = openDatabase(home.path);
    for (const { statements } of migrations.slice(0, 2))
      for (const statement of statements) old.raw.exec(statement);
    old.raw.exec(`PRAGMA user_version = 2; INSERT INTO usage VALUES
      ('main', '2026-11-20', 's', 'main', 'local', 'm1', 3, 30, 15, 0, 0, 0, 0)`);
    old.close();
    const store = await open();
    expect(await store.reader.usage({ since: Date.UTC(2026, 10, 1) })).toMatchObject([
      { day: '2026-11-20', calls: 3, unpricedCalls: 3, costMicros: 0 },
    ]);
    expect(
      await store.reader.usageBy({ since: Date.UTC(2026, 10, 1), by: 'person', limit: 5 }),
    ).toMatchObject([{ key: '', calls: 3 }]);
    await store[Symbol.asyncDispose]();
  });
});

describe('opening', () => {
  it('refuses a database of a newer version, unharmed', async () => {
    const store = await open();
    await store[Symbol.asyncDispose]();
    const db = openDatabase(home.path);
    db.raw.exec('PRAGMA user_version = 999');
    db.close();
    const before = await readFile(home.path);
    await expect(open()).rejects.toMatchObject({
      code: 'store.newer',
      details: { version: 999, known: schemaVersion },
    });
    expect((await readFile(home.path)).equals(before)).toBe(true);
  });

  it('refuses a file that is no database, unharmed', async () => {
    const garbage = Buffer.from('this is no database, it is somebody’s diary '.repeat(200));
    await writeFile(home.path, garbage);
    await expect(open()).rejects.toMatchObject({
      code: 'store.corrupt',
      details: { path: home.path },
    });
    expect((await readFile(home.path)).equals(garbage)).toBe(true);
  });

  it('finds damage after an unclean end, and leaves the file as it is', async () => {
    const store = await open();
    for (let n = 0; n < 50; n += 1)
      await store.journal.putValue({ namespace: 'n', key: `k${n}`, value: 'x'.repeat(2_000) });
    await store[Symbol.asyncDispose]();
    const db = openDatabase(home.path);
    db.raw.exec('UPDATE store SET clean = 0');
    db.close();
    const bytes = await readFile(home.path);
    bytes.fill(0xa5, bytes.length - 8 * 4096, bytes.length - 4096);
    await writeFile(home.path, bytes);
    await expect(open()).rejects.toMatchObject({ code: 'store.corrupt' });
    expect((await readFile(home.path)).equals(bytes)).toBe(true);
  });

  it('takes an empty file for a new home', async () => {
    await writeFile(home.path, '');
    const store = await open();
    expect(store.health()).toEqual({ writable: true, disk: 'ok' });
    await store[Symbol.asyncDispose]();
  });
});
