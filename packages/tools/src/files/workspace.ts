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
  writeFile(path: string, bytes: Uint8Array): Promise<'created' | 'replaced'>;
  listFolder(path: string): Promise<readonly FolderEntry[]>;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

export function createWorkspace(root: string): Workspace {
  return {
    readFile: (path, maxBytes) =>
      guarded(path, async () => {
        const target = await findInside(root, path);
        const handle = await open(
          target,
          constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
        );
        try {
          const { size } = await checkOpened(root, { handle, target, path });
          if (size > maxBytes)
            throw new CuttleError(
              'tool.failed',
              `"${path}" has ${size} bytes; ${maxBytes} are the limit.`,
            );
          return await readAll(handle, maxBytes);
        } finally {
          await handle.close();
        }
      }),
    writeFile: (path, bytes) => guarded(path, () => replaceFile(root, path, bytes)),
    listFolder: (path) =>
      guarded(path, async () => {
        const entries = await readdir(await findInside(root, path), { withFileTypes: true });
        return entries.map((entry) => ({
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

async function guarded<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  checkSpelling(path);
  try {
    return await work();
  } catch (error) {
    throw toFileError(error, path);
  }
}

/** The real path of something that exists in the workspace. */
async function findInside(root: string, path: string): Promise<string> {
  const top = await realpath(root);
  const found = await realpath(checkInside(top, resolve(top, path), path));
  return checkInside(top, found, path);
}

/** A backslash parts folders elsewhere, and a control character has no business in a name. */
function checkSpelling(path: string): void {
  // eslint-disable-next-line no-control-regex -- they are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(path)) throw refused(path);
}

function checkInside(top: string, absolute: string, path: string): string {
  const inside = relative(top, absolute);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw refused(path);
  return absolute;
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
  root: string,
  { handle, target, path }: { handle: FileHandle; target: string; path: string },
): Promise<Stats> {
  const opened = await handle.stat();
  if (!opened.isFile()) throw new CuttleError('tool.failed', `"${path}" is not a file.`);
  const top = await realpath(root);
  const place = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => undefined);
  checkInside(top, place ?? (await realpath(target)), path);
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
  root: string,
  path: string,
  bytes: Uint8Array,
): Promise<'created' | 'replaced'> {
  const top = await realpath(root);
  const wanted = checkInside(top, resolve(top, path), path);
  if (wanted === top) throw new CuttleError('tool.failed', 'The workspace itself is a folder.');
  const folder = await makeFolders(top, dirname(wanted), path);
  const target = await findLeaf(top, join(folder, wanted.slice(dirname(wanted).length + 1)), path);
  const temporary = `${target.absolute}.${crypto.randomUUID()}.tmp`;
  const handle = await open(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    target.mode,
  );
  try {
    try {
      await checkOpened(root, { handle, target: temporary, path });
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
async function makeFolders(top: string, folder: string, path: string): Promise<string> {
  let real = top;
  for (const name of relative(top, folder).split(sep)) {
    if (name === '') continue;
    const next = join(real, name);
    await mkdir(next).catch((error: unknown) => {
      if (!isErrno(error, 'EEXIST')) throw error;
    });
    real = checkInside(top, await realpath(next), path);
  }
  return real;
}

/** What a name stands for now: a link inside the workspace is followed, one that leads nowhere is refused. */
async function findLeaf(
  top: string,
  absolute: string,
  path: string,
): Promise<{ absolute: string; exists: boolean; mode: number }> {
  const found = await lstat(absolute).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (!found) return { absolute, exists: false, mode: 0o600 };
  const real = checkInside(top, await realpath(absolute), path);
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
