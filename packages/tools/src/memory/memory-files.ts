import { lstat, mkdir, readdir, rm, unlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CuttleError } from '@cuttle/core-types/errors';
import { decodeText, encodeText } from '../files/file-text.ts';
import { createWorkspace, stampOf, type WorkspacePlace } from '../files/workspace.ts';
import { isMemoryFile, mainFile } from './memory-path.ts';

/** Larger files are not memory, and would hold up whoever reads them. */
export const maxFileBytes = 1_000_000;
/** More than this many files are not looked at. */
const maxFiles = 20_000;

export interface MemoryText {
  readonly text: string;
  readonly stamp: string;
  readonly changedAt: number;
  readonly bytes: number;
}

export interface FoundFile {
  readonly path: string;
  readonly stamp: string;
  readonly bytes: number;
}

/** The Markdown files of one agent's memory on the disk, which are its truth. */
export interface MemoryFiles {
  /** Every file of the memory, and the folders that hold them; links are not followed. */
  scan(): Promise<{ readonly files: readonly FoundFile[]; readonly folders: readonly string[] }>;
  find(path: string): Promise<MemoryText | undefined>;
  /**
   * Changes a file: `change` gets its text (undefined where there is none) and gives the new one, or undefined to leave it.
   * Where somebody else wrote meanwhile it is asked again, so that nothing of theirs is lost.
   */
  change(
    path: string,
    change: (text: string | undefined) => string | undefined | Promise<string | undefined>,
  ): Promise<void>;
  /** Throws `memory.stale` where it is not as the stamp says. */
  remove(path: string, stamp: string): Promise<void>;
  /** With all that lies in it; links are not followed. Returns how many files went. */
  removeFolder(path: string): Promise<number>;
  /** Leftovers of a gateway that was killed while it wrote. */
  sweep(now: number): Promise<void>;
}

export function createMemoryFiles(place: WorkspacePlace): MemoryFiles {
  const workspace = createWorkspace(place);
  const { root } = place;
  const inOrder = createTurns();
  return {
    scan: () => scan(root),
    async find(path) {
      const file = await workspace.findFile(path, maxFileBytes);
      if (!file) return undefined;
      const { bytes, stamp, changedAt } = file;
      return { text: decodeText(bytes, path), stamp, changedAt, bytes: bytes.length };
    },
    change: (path, change) =>
      inOrder(path, async () => {
        await mkdir(root, { recursive: true, mode: 0o700 });
        for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
          const file = await workspace.findFile(path, maxFileBytes);
          const text = await change(file && decodeText(file.bytes, path));
          if (text === undefined) return;
          const bytes = encodeText(text);
          if (bytes.length > maxFileBytes)
            throw new CuttleError('tool.failed', `"${path}" would become larger than 1 MB.`, {
              hint: 'Move a part of it into another file of the memory.',
            });
          const done = await workspace.exchangeFile(path, bytes, file?.stamp);
          if (done === 'written') return;
        }
        throw new CuttleError('memory.stale', `"${path}" changes all the time.`);
      }),
    remove: (path, stamp) =>
      inOrder(path, async () => {
        const done = await workspace.removeFile(path, stamp);
        if (done === 'changed') throw new CuttleError('memory.stale', `"${path}" has changed.`);
      }),
    removeFolder: (path) => removeFolder(root, path),
    sweep: (now) => sweep(root, now),
  };
}

const mostAttempts = 8;

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** One after the other for each name. */
function createTurns(): <Value>(name: string, work: () => Promise<Value>) => Promise<Value> {
  const last = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = last.get(name);
    const mine = (async () => {
      await before?.catch(() => undefined); // told to whoever asked for it
      return work();
    })();
    last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (last.get(name) === mine) last.delete(name);
    }
  };
}

async function scan(root: string): ReturnType<MemoryFiles['scan']> {
  const paths = (await listFolder(root)).slice(0, maxFiles);
  const files: FoundFile[] = [];
  const batch = 64;
  for (let at = 0; at < paths.length; at += batch) {
    const found = paths.slice(at, at + batch).map((path) => look(root, path));
    files.push(...(await Promise.all(found)).filter((file) => file !== undefined));
  }
  const folders = new Set(paths.map((path) => path.split('/').slice(0, -1).join('/')));
  return { files, folders: ['', 'memory', ...folders].filter(isFirst) };
}

function isFirst(name: string, at: number, all: readonly string[]): boolean {
  return all.indexOf(name) === at;
}

async function listFolder(root: string): Promise<readonly string[]> {
  const folder = join(root, 'memory');
  const found = await lstat(folder).catch(orMissing);
  if (!found?.isDirectory()) return [mainFile];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll(sep, '/'),
    );
  return [mainFile, ...paths.filter(isMemoryFile).toSorted()];
}

async function look(root: string, path: string): Promise<FoundFile | undefined> {
  const found = await lstat(join(root, path)).catch(orMissing);
  if (!found?.isFile()) return undefined;
  return { path, stamp: stampOf(found), bytes: found.size };
}

async function removeFolder(root: string, path: string): Promise<number> {
  const names = path.split('/').filter((name) => name !== '');
  // A link on the way would lead elsewhere.
  for (let depth = 1; depth <= names.length; depth += 1) {
    const found = await lstat(join(root, ...names.slice(0, depth))).catch(orMissing);
    if (!found) return 0;
    if (!found.isDirectory())
      throw new CuttleError('tool.failed', `"${path}" is no folder of the memory.`);
  }
  const folder = join(root, ...names);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  await rm(folder, { recursive: true, force: true });
  return entries.filter((entry) => !entry.isDirectory()).length;
}

function orMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
  throw error;
}

const leftover = /\.md\.[0-9a-f-]{36}\.tmp$/u;
const leftoverMs = 60_000;

async function sweep(root: string, now: number): Promise<void> {
  const top = await readdir(root).catch(orMissing);
  const below = await readdir(join(root, 'memory'), { recursive: true }).catch(orMissing);
  const names = [...(top ?? []), ...(below ?? []).map((name) => join('memory', name))];
  for (const name of names.filter((one) => leftover.test(one))) {
    const path = join(root, name);
    const found = await lstat(path).catch(orMissing);
    if (found?.isFile() && now - found.mtimeMs > leftoverMs) await unlink(path).catch(orMissing);
  }
}
