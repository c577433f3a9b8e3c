import { statSync } from 'node:fs';
import { CuttleError } from '@cuttle/core-types/errors';
import { type Database, openDatabase, sqlite, sqliteCode, query } from './database.ts';
import { migrations } from './migrations.generated.ts';

/** The newest schema this code knows: `PRAGMA user_version` of an open home. */
export const schemaVersion: number = migrations.length;

/** The first release of SQLite whose WAL we trust under power loss. https://sqlite.org/releaselog/3_51_3.html */
const oldestSqlite = [3, 51, 3] as const;

/** A check of every page is worth its time after an unclean end, as long as it stays within a start-up's patience. */
const mostCheckedBytes = 32 * 1024 * 1024;

/** Looks at a file without changing it. Throws `store.newer` or `store.corrupt`. */
export function checkFile(path: string): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return;
  let db: Database | undefined;
  try {
    db = openDatabase(path, { readOnly: true });
    const version = readVersion(db);
    if (version > schemaVersion) throw toNewer(path, version);
    const store =
      version === 0 ? undefined : db.find(query<{ clean: number }>(`SELECT clean FROM store`));
    if (store?.clean !== 1 && bytes <= mostCheckedBytes) checkPages(db, path);
  } catch (error) {
    throw toCorrupt(error, path);
  } finally {
    db?.close();
  }
}

function checkPages(db: Database, path: string): void {
  const [first] = db.list(query<{ quick_check: string }>(`PRAGMA quick_check(1)`));
  if (first?.quick_check !== 'ok')
    throw new CuttleError(
      'store.corrupt',
      `The database ${path} is damaged: ${first?.quick_check}`,
    );
}

/** A failure that says the file is damaged gets its name; any other one stays as it is. */
export function toCorrupt(error: unknown, path: string): unknown {
  const code = sqliteCode(error);
  if (code !== sqlite.corrupt && code !== sqlite.notADatabase) return error;
  const message = error instanceof Error ? error.message : '';
  return new CuttleError('store.corrupt', `The database ${path} is damaged: ${message}`, {
    cause: error,
    details: { path },
  });
}

function toNewer(path: string, version: number): CuttleError {
  return new CuttleError(
    'store.newer',
    `The database ${path} has schema ${version}; this version knows ${schemaVersion}.`,
    { details: { path, version, known: schemaVersion } },
  );
}

function readVersion(db: Database): number {
  return db.find(query<{ user_version: number }>(`PRAGMA user_version`))?.user_version ?? 0;
}

export function requireSqlite(db: Database): void {
  const version =
    db.find(query<{ version: string }>(`SELECT sqlite_version() AS version`))?.version ?? '';
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const rank = (numbers: readonly number[]): number =>
    numbers.reduce((sum, part) => sum * 1000 + part, 0);
  if (rank([major, minor, patch]) < rank(oldestSqlite))
    throw new CuttleError(
      'store.unsupported',
      `This Node brings SQLite ${version}; at least ${oldestSqlite.join('.')} is needed.`,
    );
}

/** Brings a database to the newest schema, in one transaction. Throws `store.newer`. */
export function migrate(
  db: Database,
  path: string,
  point: (name: 'migrate.before.commit' | 'migrate.after.commit') => void,
): void {
  const version = readVersion(db);
  if (version > schemaVersion) throw toNewer(path, version);
  if (version === schemaVersion) return;
  db.raw.exec('BEGIN IMMEDIATE');
  try {
    for (const { statements } of migrations.slice(version))
      for (const statement of statements) db.raw.exec(statement);
    db.raw.exec(`PRAGMA user_version = ${schemaVersion}`);
    point('migrate.before.commit');
    db.raw.exec('COMMIT');
  } catch (error) {
    if (db.raw.isTransaction) db.raw.exec('ROLLBACK');
    throw error;
  }
  point('migrate.after.commit');
}
