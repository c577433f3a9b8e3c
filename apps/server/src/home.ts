import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseJson } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';

/** The data folder: what lies where. */
export interface Home {
  readonly root: string;
  readonly workspace: string;
  readonly blobs: string;
  readonly tokenFile: string;
  /** Folder of the saved logins. */
  readonly logins: string;
  readonly runFile: string;
  /** Folder of the films that are being taken apart. */
  readonly films: string;
  /** Folder of the programs that some messengers need, and of what these keep. */
  readonly bridges: string;
  /** Keys of the chains of records; the store makes it. */
  readonly recordKeysFile: string;
}

export function homeAt(root: string): Home {
  return {
    root,
    workspace: join(root, 'workspace'),
    blobs: join(root, 'data', 'blobs'),
    tokenFile: join(root, 'credentials', 'gateway-token'),
    logins: join(root, 'credentials', 'logins'),
    runFile: join(root, 'run', 'gateway.json'),
    films: join(root, 'run', 'films'),
    bridges: join(root, 'bridges'),
    recordKeysFile: join(root, 'credentials', 'record-keys'),
  };
}

/** Makes the folders that are missing, closed to other users. */
export async function prepareHome(home: Home): Promise<void> {
  const folders = [home.workspace, home.blobs, dirname(home.tokenFile), dirname(home.runFile)];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
}

/** Removes what a life that was killed left behind. For whoever holds the store. */
export async function clearHome({ films }: Home): Promise<void> {
  await rm(films, { recursive: true, force: true });
}

/** The bearer token of this home, made on first use and kept readable by the owner only. For whoever holds the store. */
export async function readOrMakeToken({ tokenFile }: Home): Promise<string> {
  try {
    const token = (await readFile(tokenFile, 'utf8')).trim();
    if (token !== '') return token;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const token = randomBytes(32).toString('base64url');
  await writeWhole(tokenFile, `${token}\n`);
  return token;
}

/** Where this gateway answers, for the CLI and for checks; gone when it stops. */
const RunFile = z.object({
  pid: z.int(),
  url: z.string(),
  startedAt: z.string(),
  version: z.string(),
});
export type RunFile = z.infer<typeof RunFile>;

export async function writeRunFile({ runFile }: Home, content: RunFile): Promise<void> {
  await writeWhole(runFile, `${JSON.stringify(content)}\n`);
}

export async function removeRunFile({ runFile }: Home): Promise<void> {
  await rm(runFile, { force: true });
}

/** Where the store is held by the gateway that the run file names, that gateway is the reason: the owner wants its address. */
export async function alreadyRunning(
  { root, runFile }: Home,
  held: CuttleError,
): Promise<CuttleError | undefined> {
  let running: RunFile;
  try {
    running = parseJson(RunFile, await readFile(runFile, 'utf8'));
  } catch {
    // No gateway has said where it answers.
    return undefined;
  }
  if (running.pid !== held.details?.['pid']) return undefined;
  const where = `A gateway uses ${root} already: process ${running.pid}, at ${running.url}.`;
  const details = { url: running.url, pid: running.pid };
  return new CuttleError('gateway.already-running', where, { cause: held, details });
}

/**
 * Readers see the old file or the new one, never half of it. For a home that is ours: what a gateway left that was killed
 * at this place is written over.
 */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  await rename(temporary, path);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
