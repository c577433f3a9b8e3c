import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FreedBlobs } from '@cuttle/core-types/ports';
import type { BlobIndex } from './folder-blobs.ts';
import { isMissing } from './missing-file.ts';
import type { Turns } from './turns.ts';

export interface FreeDeps {
  readonly path: string;
  readonly index: BlobIndex;
  /** No put of the same bytes runs beside a removal: it would lose what it had just written. */
  readonly inTurn: Turns;
}

const rowsOfPage = 200;

/** First rows that nothing names, each with its file; then files without a row, which a crash left between the two. */
export async function freeBlobs(
  deps: FreeDeps,
  before: number,
  signal: AbortSignal,
): Promise<FreedBlobs> {
  const sum = { count: 0, bytes: 0, stuck: 0 };
  const add = (freed: Freed): void => {
    if (freed === 'stays') return;
    sum.count += 1;
    if (freed === 'stuck') sum.stuck += 1;
    else sum.bytes += freed;
  };
  for (let after: string | undefined = ''; after !== undefined;) {
    const page = await deps.index.listFree({ before, after, limit: rowsOfPage });
    for (const { sha256, bytes } of page.free) {
      signal.throwIfAborted();
      add(await freeOne(deps, { sha256, bytes, before }));
    }
    after = page.next;
  }
  for (const folder of await namesIn(deps.path)) {
    signal.throwIfAborted();
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const freed of await freeLost(deps, folder, before)) add(freed);
  }
  return sum;
}

/** Bytes that went. `stuck`: the row went, and its file could not. */
type Freed = number | 'stays' | 'stuck';

function freeOne(
  { path, index, inTurn }: FreeDeps,
  blob: { readonly sha256: string; readonly bytes: number; readonly before: number },
): Promise<Freed> {
  const { sha256, bytes, before } = blob;
  return inTurn(sha256, async () => {
    if (!(await index.forget({ sha256, before }))) return 'stays';
    return removeFile(join(path, sha256.slice(0, 2), sha256.slice(2)), bytes);
  });
}

async function removeFile(file: string, bytes: number): Promise<Freed> {
  try {
    await rm(file, { force: true });
    return bytes;
  } catch {
    return 'stuck'; // told by its count; the walk over files finds it again
  }
}

/** Files of a folder that have no row, and what was being written aside when a process ended. */
async function freeLost(deps: FreeDeps, folder: string, before: number): Promise<readonly Freed[]> {
  const { path, index, inTurn } = deps;
  const names = await namesIn(join(path, folder));
  const hashes = names.flatMap((name) => (/^[0-9a-f]{62}$/.test(name) ? [folder + name] : []));
  const known = new Set(hashes.length > 0 ? await index.listKnown(hashes) : []);
  const lost = [
    ...hashes.filter((sha256) => !known.has(sha256)).map((sha256) => sha256.slice(2)),
    ...names.filter((name) => /^\..+\.tmp$/.test(name)),
  ];
  const freed: Freed[] = [];
  for (const name of lost) {
    const file = join(path, folder, name);
    const bytes = await sizeOfOld(file, before);
    if (bytes === undefined) continue;
    const free = async (): Promise<Freed> =>
      (await index.findType(folder + name)) === undefined ? removeFile(file, bytes) : 'stays';
    freed.push(await inTurn(folder + name, free));
  }
  return freed;
}

async function sizeOfOld(file: string, before: number): Promise<number | undefined> {
  try {
    const { mtimeMs, size } = await stat(file);
    return mtimeMs <= before ? size : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined; // renamed meanwhile
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return []; // nothing was ever put there
    throw error;
  }
}
