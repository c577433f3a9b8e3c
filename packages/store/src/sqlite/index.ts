export { type CrashPoint, storePointNames, type StorePointName } from './crash-point.ts';
export type { DiskOptions } from './disk.ts';
export { type InlineStoreOptions, openInlineStore } from './open-inline-store.ts';
export { openSqliteStore, type SqliteStoreOptions } from './open-sqlite-store.ts';
