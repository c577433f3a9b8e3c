import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import type { StorePointName } from './crash-point.ts';
import { type Database, openDatabase, query } from './database.ts';
import { checkFile, migrate, requireSqlite, schemaVersion, toCorrupt } from './migrate.ts';
import { createNewId } from './new-id.ts';
import { openOwnership } from './ownership.ts';
import { beginParts, type ChainsBegin } from './record-chain.ts';
import { readRecordSeal } from './record-keys.ts';
import type { RecordSeal } from './record-seal.ts';
import type { StoreRecord } from './rows.ts';

/** An open home: its one writing connection, and who owns it. */
export interface Home {
  readonly db: Database;
  readonly path: string;
  readonly boot: string;
  readonly epoch: string;
  /** Queued rows at the opening. */
  readonly queued: number;
  readonly seal: RecordSeal | undefined;
  newId(): string;
  /** The database's clock: integer ms UTC. */
  readNow(): number;
  /** Throws `store.failed` where another opening took over. Run inside each group. */
  checkBoot(): void;
  close(): void;
}

export const inMemory = ':memory:';

// Wal: https://sqlite.org/wal.html. Full: a commit is on the disk when it returns, which on macOS needs F_FULLFSYNC.
const pragmas = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA fullfsync = ON',
  'PRAGMA checkpoint_fullfsync = ON',
  'PRAGMA wal_autocheckpoint = 16000',
  'PRAGMA journal_size_limit = 67108864',
  'PRAGMA temp_store = MEMORY',
  'PRAGMA cache_size = -8000',
  // What is deleted is overwritten: a purge leaves no words in free pages.
  'PRAGMA secure_delete = ON',
];

export interface HomeOptions {
  readonly now?: number | undefined;
  /** Where the keys of the records' chains are; made where it is missing. Absent: records are not chained. */
  readonly recordKeysFile?: string | undefined;
  point(name: StorePointName): void;
}

/** Takes sole ownership of a home, migrates it, and makes every lease of an earlier opening dead. */
export function openHome(path: string, options: HomeOptions): Home {
  const { point } = options;
  if (path === inMemory) return openBoot(openDatabase(path), path, { ...options, release() {} });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const ownership = openOwnership(path);
  try {
    point('boot.after.lock');
    const isNew = !existsSync(path);
    checkFile(path);
    const db = openDatabase(path);
    // The journal files take their mode from the database.
    if (isNew) chmodSync(path, 0o600);
    return openBoot(db, path, { ...options, release: () => ownership.release() });
  } catch (error) {
    ownership.release();
    throw error;
  }
}

const selectStore = query<StoreRecord>(`SELECT * FROM store`);
const insertStore = `INSERT INTO store (epoch, boot, schema, min_writer, clock_high, opened_at) VALUES (?, ?, ?, 1, ?, ?)`;
const updateStore = `UPDATE store SET boot = ?, schema = ?, clean = 0, clock_high = ?, opened_at = ?`;
const selectNow = query<{ now: number }>(
  `SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now`,
);

function openBoot(db: Database, path: string, options: HomeOptions & { release(): void }): Home {
  const { point, release } = options;
  const readNow = (): number => db.find(selectNow)?.now ?? 0;
  try {
    requireSqlite(db);
    for (const pragma of pragmas) db.raw.exec(pragma);
    // A commit of a life that was cut may be readable without being on the disk. It is made to be, before anybody is
    // told that it took place.
    db.raw.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    migrate(db, path, point);
    const now = options.now ?? readNow();
    const newId = createNewId(() => options.now ?? readNow());
    const boot = newId();
    point('boot.before.epoch');
    const known = db.find(selectStore);
    const epoch = known?.epoch ?? newId();
    if (known) db.run(updateStore, boot, schemaVersion, now, now);
    else db.run(insertStore, epoch, boot, schemaVersion, now, now);
    const seal = readRecordSeal(options.recordKeysFile, 'make');
    if (seal) beginChains(db, seal);
    point('boot.after.epoch');
    return {
      db,
      path,
      boot,
      epoch,
      queued: known?.queued ?? 0,
      seal,
      newId,
      readNow,
      checkBoot: () => checkBoot(db, boot),
      close() {
        point('close.before.clean');
        db.run(`UPDATE store SET clean = 1 WHERE boot = ?`, boot);
        db.close();
        release();
      },
    };
  } catch (error) {
    db.close();
    throw toCorrupt(error, path);
  }
}

const selectBegun = query<Pick<StoreRecord, 'records_seal'>>(`SELECT records_seal FROM store`);
const selectLast = query<ChainsBegin>(
  `SELECT coalesce((SELECT max(row) FROM entry), 0) AS records_from, coalesce((SELECT max(seq) FROM audit), 0) AS records_audit, NULL AS records_audit_mac`,
);
const updateBegun = `UPDATE store SET records_from = ?, records_audit = ?, records_seal = ?`;

/** The first opening with a key: what is there already stays without macs, and all that follows has one. */
function beginChains(db: Database, seal: RecordSeal): void {
  if (db.find(selectBegun)?.records_seal) return;
  const from = db.find(selectLast);
  if (from) db.run(updateBegun, from.records_from, from.records_audit, seal.sign(beginParts(from)));
}

const selectBoot = query<{ boot: string }>(`SELECT boot FROM store`);

function checkBoot(db: Database, boot: string): void {
  const owner = db.find(selectBoot)?.boot;
  if (owner !== boot)
    throw new CuttleError('store.failed', 'Another opening took this database over.', {
      details: { owner },
    });
}
