import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { toFileError } from './file-error.ts';

/**
 * One folder that file tools may not leave. Contract:
 * - a path is relative to the folder (or absolute inside it); whatever leads outside, also through a symbolic link, throws `tool.denied`;
 * - what was opened is checked again after opening, so that a link that is swapped in meanwhile is noticed;
 * - a write is a new file, synced and renamed over the old one: readers see the old or the new text, never a part;
 * - failures throw `tool.failed` with the path as it was given, never with a path of the machine.
 */
export interface Workspace {
  /** Throws `tool.failed` where it is no regular file or larger than `maxBytes`. */
  readFile(path: string, maxBytes: number): Promise<Uint8Array>;
  /** The first `maxBytes` of a regular file, and how many it has. */
  readStart(path: string, maxBytes: number): Promise<{ bytes: Uint8Array; size: number }>;
  /** The bytes with a stamp that changes when the file does; undefined where there is none. Else as `readFile`. */
  findFile(path: string, maxBytes: number): Promise<StampedFile | undefined>;
  writeFile(path: string, bytes: Uint8Array): Promise<'created' | 'replaced'>;
  /**
   * Writes only while the file is as its stamp says (undefined: while there is none); else nothing is written. What another
   * program writes in the instant between the last look and the rename is not seen.
   */
  exchangeFile(
    path: string,
    bytes: Uint8Array,
    stamp: string | undefined,
  ): Promise<'written' | 'changed'>;
  /** Removes it while it is as its stamp says. */
  removeFile(path: string, stamp: string): Promise<'removed' | 'changed'>;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
  /** What a path stands for now, relative to the folder, with its links followed; it may not be there yet. */
  locate(path: string): Promise<string>;
}

export interface StampedFile {
  readonly bytes: Uint8Array;
  readonly stamp: string;
  /** Unix ms. */
  readonly changedAt: number;
}

/** What tells one state of a file from the next: a rewritten file has another inode, a changed one other times. */
export function stampOf({ mtimeMs, ctimeMs, size, ino }: Stats): string {
  return [mtimeMs, ctimeMs, size, ino].join(':');
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** Where a workspace is, and what in it is another agent's. */
export interface WorkspacePlace {
  readonly root: string;
  /** Folders inside it that belong to other agents: for this one they are outside. */
  readonly apart?: readonly string[] | undefined;
  /** `refuse`: a file with several names is not opened, since one of them may be in the workspace of another agent. Default: `open`. */
  readonly hardLinks?: 'open' | 'refuse' | undefined;
}

export function createWorkspace(place: WorkspacePlace): Workspace {
  return {
    readFile: (path, maxBytes) =>
      withOpened({ place, path }, async (handle, { size }) => {
        checkSize(path, size, maxBytes);
        return readAll(handle, maxBytes);
      }),
    findFile: (path, maxBytes) =>
      withOpened({ place, path }, async (handle, stats) => {
        checkSize(path, stats.size, maxBytes);
        const changedAt = Math.trunc(stats.mtimeMs);
        return { bytes: await readAll(handle, maxBytes), stamp: stampOf(stats), changedAt };
      }).catch((error: unknown) => {
        if (isCuttleError(error) && isErrno(error.cause, 'ENOENT', 'ENOTDIR')) return undefined;
        throw error;
      }),
    readStart: (path, maxBytes) =>
      withOpened({ place, path }, async (handle, { size }) => {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
        return { bytes: buffer.subarray(0, bytesRead), size };
      }),
    writeFile: (path, bytes) =>
      guarded(path, async () => {
        const done = await replaceFile(place, { path, bytes, mayReplace: () => true });
        if (done === 'changed') throw new TypeError('It may be replaced whatever is there.');
        return done;
      }),
    exchangeFile: (path, bytes, stamp) =>
      guarded(path, async () => {
        const done = await replaceFile(place, { path, bytes, mayReplace: (now) => now === stamp });
        return done === 'changed' ? done : 'written';
      }),
    removeFile: (path, stamp) =>
      guarded(path, async () => {
        const target = await findInside(await findBounds(place), path);
        if (stampOf(await stat(target)) !== stamp) return 'changed';
        await unlink(target);
        await syncFolder(dirname(target));
        return 'removed';
      }),
    locate: (path) => guarded(path, async () => locate(await findBounds(place), path)),
    listFolder: (path) =>
      guarded(path, async () => {
        const bounds = await findBounds(place);
        const folder = await findInside(bounds, path);
        const entries = await readdir(folder, { withFileTypes: true });
        const own = entries.filter(({ name }) => !isApart(bounds, join(folder, name)));
        return own.map((entry) => ({
          name: entry.name,
          kind: entry.isFile()
            ? 'file'
            : entry.isDirectory()
              ? 'folder'
              : entry.isSymbolicLink()
                ? 'link'
                : 'other',
        }));
      }),
  };
}

function checkSize(path: string, size: number, maxBytes: number): void {
  if (size <= maxBytes) return;
  throw new CuttleError('tool.failed', `"${path}" has ${size} bytes; ${maxBytes} are the limit.`);
}

/** The real path of the part that exists, and the rest as it was given. */
async function locate(bounds: Bounds, path: string): Promise<string> {
  let known = checkInside(bounds, resolve(bounds.top, path), path);
  const rest: string[] = [];
  for (;;) {
    const real = await realpath(known).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT', 'ENOTDIR') && known !== bounds.top) return undefined;
      throw error;
    });
    if (real !== undefined)
      return relative(bounds.top, join(checkInside(bounds, real, path), ...rest));
    rest.unshift(basename(known));
    known = dirname(known);
  }
}

/** Opens a file for a reading of it. */
function withOpened<Value>(
  { place, path }: { place: WorkspacePlace; path: string },
  read: (handle: FileHandle, stats: Stats) => Promise<Value>,
): Promise<Value> {
  return guarded(path, async () => {
    const target = await findInside(await findBounds(place), path);
    const handle = await open(
      target,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      return await read(handle, await checkOpened(place, { handle, target, path }));
    } finally {
      await handle.close();
    }
  });
}

async function guarded<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  checkSpelling(path);
  try {
    return await work();
  } catch (error) {
    throw toFileError(error, path);
  }
}

/** Real paths: the workspace, and what in it is not this agent's. */
interface Bounds {
  readonly top: string;
  readonly apart: readonly string[];
}

async function findBounds({ root, apart = [] }: WorkspacePlace): Promise<Bounds> {
  const top = await realpath(root);
  // One that is not there yet must not be made by this agent either.
  const real = (folder: string): Promise<string> => realpath(folder).catch(() => resolve(folder));
  return { top, apart: await Promise.all(apart.map(real)) };
}

/** The real path of something that exists in the workspace. */
async function findInside(bounds: Bounds, path: string): Promise<string> {
  const found = await realpath(checkInside(bounds, resolve(bounds.top, path), path));
  return checkInside(bounds, found, path);
}

/** A backslash parts folders elsewhere, and a control character has no business in a name. */
function checkSpelling(path: string): void {
  // eslint-disable-next-line no-control-regex -- they are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(path)) throw refused(path);
}

function checkInside(bounds: Bounds, absolute: string, path: string): string {
  if (!isInside(bounds.top, absolute) || isApart(bounds, absolute)) throw refused(path);
  return absolute;
}

function isApart({ apart }: Bounds, absolute: string): boolean {
  return apart.some((folder) => isInside(folder, absolute));
}

function isInside(folder: string, absolute: string): boolean {
  const inside = relative(folder, absolute);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

function linked(path: string): CuttleError {
  return new CuttleError(
    'tool.denied',
    `"${path}" has another name, perhaps in another workspace.`,
    {
      hint: 'A copy of the file can be used.',
    },
  );
}

function refused(path: string): CuttleError {
  return new CuttleError('tool.denied', `"${path}" is outside of the workspace.`, {
    hint: 'Use a path relative to the workspace, such as notes/today.md.',
  });
}

/**
 * What was opened must be inside the workspace, whatever its path leads to by now. Linux tells where an open file is;
 * elsewhere the path is resolved anew and must name the same file.
 */
async function checkOpened(
  place: WorkspacePlace,
  { handle, target, path }: { handle: FileHandle; target: string; path: string },
): Promise<Stats> {
  const opened = await handle.stat();
  if (!opened.isFile()) throw new CuttleError('tool.failed', `"${path}" is not a file.`);
  const bounds = await findBounds(place);
  const opensAt = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  checkInside(bounds, opensAt ?? (await realpath(target)), path);
  if (place.hardLinks === 'refuse' && opened.nlink > 1) throw linked(path);
  const named = await stat(target);
  if (named.dev !== opened.dev || named.ino !== opened.ino) throw refused(path);
  return opened;
}

/** A file may grow while it is read: never more than `maxBytes`. */
async function readAll(handle: FileHandle, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536));
    if (bytesRead === 0) return Buffer.concat(chunks);
    total += bytesRead;
    if (total > maxBytes) throw new CuttleError('tool.failed', 'The file grows while it is read.');
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

interface Replacement {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Asked when the new file is ready, with the stamp of what is there. */
  readonly mayReplace: (stamp: string | undefined) => boolean;
}

async function replaceFile(
  place: WorkspacePlace,
  { path, bytes, mayReplace }: Replacement,
): Promise<'created' | 'replaced' | 'changed'> {
  const bounds = await findBounds(place);
  const wanted = checkInside(bounds, resolve(bounds.top, path), path);
  if (wanted === bounds.top)
    throw new CuttleError('tool.failed', 'The workspace itself is a folder.');
  const folder = await makeFolders(bounds, dirname(wanted), path);
  const target = await findLeaf(
    bounds,
    join(folder, wanted.slice(dirname(wanted).length + 1)),
    path,
  );
  const temporary = `${target.absolute}.${crypto.randomUUID()}.tmp`;
  const handle = await open(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    target.mode,
  );
  try {
    try {
      await checkOpened(place, { handle, target: temporary, path });
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const found = await stat(target.absolute).catch(unlessMissing);
    if (!mayReplace(found && stampOf(found))) {
      await unlink(temporary);
      return 'changed';
    }
    await rename(temporary, target.absolute);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // it may not be there; the first error counts
    throw error;
  }
  await syncFolder(dirname(target.absolute));
  return target.exists ? 'replaced' : 'created';
}

/** Makes the missing folders one by one, so that no link is followed that leads outside. */
async function makeFolders(bounds: Bounds, folder: string, path: string): Promise<string> {
  let real = bounds.top;
  for (const name of relative(bounds.top, folder).split(sep)) {
    if (name === '') continue;
    const next = join(real, name);
    await mkdir(next).catch((error: unknown) => {
      if (!isErrno(error, 'EEXIST')) throw error;
    });
    real = checkInside(bounds, await realpath(next), path);
  }
  return real;
}

/** What a name stands for now: a link inside the workspace is followed, one that leads nowhere is refused. */
async function findLeaf(
  bounds: Bounds,
  absolute: string,
  path: string,
): Promise<{ absolute: string; exists: boolean; mode: number }> {
  const found = await lstat(absolute).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!found) return { absolute, exists: false, mode: 0o600 };
  const real = checkInside(bounds, await realpath(absolute), path);
  const named = await stat(real);
  if (!named.isFile()) throw new CuttleError('tool.failed', `"${path}" is not a file.`);
  return { absolute: real, exists: true, mode: named.mode & 0o777 };
}

/** A rename is on the disk once its folder is. Not every system can sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  try {
    await handle?.sync();
  } catch (error) {
    if (!isErrno(error, 'EINVAL', 'EPERM', 'EISDIR')) throw error;
  } finally {
    await handle?.close();
  }
}

function unlessMissing(error: unknown): undefined {
  if (!isErrno(error, 'ENOENT')) throw error;
}

function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
