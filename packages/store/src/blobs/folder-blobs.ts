import { randomUUID, webcrypto } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import type { BlobStore } from '@cuttle/core-types/ports';
import { freeBlobs } from './free-blobs.ts';
import { isMissing } from './missing-file.ts';
import { createTurns } from './turns.ts';

/** Where the names of blobs are kept; a row there follows bytes that are synced. */
export interface BlobIndex {
  put(row: {
    readonly sha256: string;
    readonly mimeType: string;
    readonly bytes: number;
  }): Promise<void>;
  /** The type that bytes were put with first. */
  findType(sha256: string): Promise<string | undefined>;
  /** Those of the next `limit` rows that nothing names and that were put last before a time. */
  listFree(input: {
    readonly before: number;
    readonly after: string;
    readonly limit: number;
  }): Promise<{
    readonly free: readonly { readonly sha256: string; readonly bytes: number }[];
    readonly next: string | undefined;
  }>;
  listKnown(sha256s: readonly string[]): Promise<readonly string[]>;
  /** Removes the row, if nothing names it still and it was not put again. */
  forget(input: { readonly sha256: string; readonly before: number }): Promise<boolean>;
}

/** Bytes in a folder, each in a file named by its SHA-256: `ab/cd…`. */
export function createFolderBlobs(deps: {
  readonly path: string;
  readonly index: BlobIndex;
}): BlobStore {
  const { path, index } = deps;
  const inTurn = createTurns();
  return {
    async put(bytes, mimeType, signal) {
      signal.throwIfAborted();
      const sha256 = await hash(bytes);
      return inTurn(sha256, async () => {
        const known = await index.findType(sha256);
        if (known === undefined || !(await isWhole(fileOf(path, sha256), bytes.length))) {
          signal.throwIfAborted();
          await writeSynced(folderOf(path, sha256), fileOf(path, sha256), bytes);
        }
        await index.put({ sha256, mimeType, bytes: bytes.length });
        return sha256;
      });
    },
    free: ({ before }, signal) => freeBlobs({ path, index, inTurn }, before, signal),
    async read(sha256, signal) {
      const mimeType = isHash(sha256) ? await index.findType(sha256) : undefined;
      if (mimeType === undefined) throw toUnknown(sha256);
      const bytes = await readBytes(fileOf(path, sha256), sha256, signal);
      if ((await hash(bytes)) !== sha256)
        throw new CuttleError('store.corrupt', `The bytes of blob ${sha256} have changed.`);
      return { bytes, mimeType };
    },
  };
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function folderOf(path: string, sha256: string): string {
  return join(path, sha256.slice(0, 2));
}

function fileOf(path: string, sha256: string): string {
  return join(folderOf(path, sha256), sha256.slice(2));
}

/** Off the main thread, unlike `createHash`. */
async function hash(bytes: Uint8Array): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', bytes);
  return Buffer.from(digest).toString('hex');
}

async function isWhole(file: string, bytes: number): Promise<boolean> {
  try {
    return (await stat(file)).size === bytes;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** The file is there whole or not at all, also after a power cut: written aside, synced, renamed, and the name synced. */
async function writeSynced(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const aside = join(folder, `.${randomUUID()}.tmp`);
  try {
    const handle = await open(aside, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw toStoreError(error);
  }
  await syncFolder(folder);
  await syncFolder(join(folder, '..'));
}

function toStoreError(error: unknown): unknown {
  const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  return isFull
    ? new CuttleError('store.full', 'The disk is full; these bytes were not written.', {
        cause: error,
      })
    : error;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readBytes(file: string, sha256: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(file, { signal });
  } catch (error) {
    if (isMissing(error)) throw toUnknown(sha256);
    signal.throwIfAborted();
    throw error;
  }
}

function toUnknown(sha256: string): CuttleError {
  return new CuttleError('request.not-found', `There is no blob ${sha256}.`);
}
