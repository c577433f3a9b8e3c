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
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
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
  writeFile(path: string, bytes: Uint8Array): Promise<'created' | 'replaced'>;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
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
        if (size > maxBytes)
          throw new CuttleError(
            'tool.failed',
            `"${path}" has ${size} bytes; ${maxBytes} are the limit.`,
          );
        return readAll(handle, maxBytes);
      }),
    readStart: (path, maxBytes) =>
      withOpened({ place, path }, async (handle, { size }) => {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
        return { bytes: buffer.subarray(0, bytesRead), size };
      }),
    writeFile: (path, bytes) => guarded(path, () => replaceFile(place, path, bytes)),
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

async function replaceFile(
  place: WorkspacePlace,
  path: string,
  bytes: Uint8Array,
): Promise<'created' | 'replaced'> {
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

function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code);
}
