import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { withFileLock } from './file-lock.ts';

/** Texts with secrets in a folder that its owner alone may look into: one file each, by name. */
export interface CredentialFiles {
  /** Undefined where there is none. */
  read(name: string): Promise<string | undefined>;
  /** Readers see the old text or the new one, also after a loss of power. */
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<readonly string[]>;
  /** Runs `work` while nobody else holds that name, in this process or another. A holder that dies lets go. Rejects with `signal.reason`. */
  withLock<Value>(name: string, work: () => Promise<Value>, signal: AbortSignal): Promise<Value>;
}

const ending = '.json';
/** More is none of ours. */
const maxBytes = 1_048_576;

/** Nothing is made before the first `put` or lock. Names that are no plain word throw `TypeError`. */
export function openCredentialFiles(
  folder: string,
  { clock }: { readonly clock: Pick<Clock, 'sleep'> },
): CredentialFiles {
  const pathOf = (name: string, suffix = ending): string => {
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) throw new TypeError(`"${name}" is no name.`);
    return join(folder, `${name}${suffix}`);
  };
  const prepare = (): Promise<unknown> => mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    async read(name) {
      const path = pathOf(name);
      return told(path, 'read', () => readBounded(path));
    },
    async put(name, text) {
      const path = pathOf(name);
      await told(path, 'written', async () => {
        await prepare();
        await writeWhole(path, text);
      });
    },
    async remove(name) {
      const path = pathOf(name);
      await told(path, 'removed', () => rm(path, { force: true }));
    },
    async list() {
      const names = await told(folder, 'read', () => readdir(folder));
      return (names ?? [])
        .filter((name) => name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length))
        .filter((name) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(name))
        .toSorted();
    },
    async withLock(name, work, signal) {
      const path = pathOf(name, '.lock');
      await told(path, 'made', prepare);
      return withFileLock({ path, clock }, work, signal);
    },
  };
}

async function readBounded(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  return text.length > maxBytes ? '' : text;
}

/** The rename is on the disk when this resolves: a token that was spent elsewhere cannot be had again. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(join(path, '..'));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined); // Windows opens no folders
  if (!handle) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Nothing for what is not there; other faults with the path and what to do. */
async function told<Value>(
  path: string,
  done: string,
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' && done === 'read') return undefined;
    throw new CuttleError('access.denied', `${path} cannot be ${done} (${String(error.code)}).`, {
      cause: error,
      hint: 'Run this as the user that the gateway runs as, and see that the disk has room.',
    });
  }
}
