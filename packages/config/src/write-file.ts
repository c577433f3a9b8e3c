import { constants } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where the text that a write replaced is kept: `config-history/<name>.1` is the newest. */
const historyFolder = 'config-history';
const maxVersions = 5;

/** Writes files so that a reader sees the old text or the new one, also after a cut of power. */
export interface ConfigWriter {
  /** Replaces the file's text and keeps the previous one. A link is followed, not replaced. `id` names the temporary file. */
  write(file: string, text: string, id: string): Promise<void>;
}

export const nodeWriter: ConfigWriter = {
  async write(file, text, id) {
    const path = await targetOf(file);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const known = await modeOf(path);
    if (known !== undefined) await keepVersion(path);
    const temporary = join(dirname(path), `.${basename(path)}.${id}`);
    // A configuration may hold secrets: a new one is for its owner alone.
    const handle = await open(temporary, 'wx', known ?? 0o600);
    try {
      await writeSynced(handle, text);
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  },
};

async function writeSynced(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The rename itself lasts only when its folder is synced; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!hasCode(error, 'EISDIR', 'EPERM', 'EACCES', 'EINVAL')) throw error;
  }
}

async function keepVersion(path: string): Promise<void> {
  const folder = join(dirname(path), historyFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const version = (number: number): string => join(folder, `${basename(path)}.${number}`);
  for (let number = maxVersions - 1; number >= 1; number -= 1)
    await renameIfThere(version(number), version(number + 1));
  await copyFile(path, version(1));
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return file;
    throw error;
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => error.code === code);
}
