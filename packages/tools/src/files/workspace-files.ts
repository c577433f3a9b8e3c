import type { BigIntStats } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isCuttleError } from '@cuttle/core-types/errors';
import type { Clock, WorkspaceFile, WorkspaceFiles } from '@cuttle/core-types/ports';
import { toFileError } from './file-error.ts';
import { type FolderWatch, watchFolder } from './folder-watch.ts';
import { mainFile } from '../memory/memory-path.ts';
import { toTrusted } from '../memory/to-trusted.ts';
import { createWorkspace, type WorkspacePlace } from './workspace.ts';

/** More than any budget of a prompt takes. */
const maxBytes = 262_144;
/** Workspaces that are remembered. */
const mostWorkspaces = 500;
/** What was changed so shortly before it was looked at may change again within the same tick of its file system's clock. */
const unsureMs = 2_000;
/** So long nothing is looked at again while the watch of the folder is silent. */
const trustMs = 1_000;

/** What a look at a workspace found. */
interface Seen {
  readonly root: string;
  /** Undefined where its time is too new to tell of every later file. */
  readonly folder: string | undefined;
  /** The files that were there, by name. */
  readonly files: ReadonlyMap<string, Known>;
}
interface Known {
  readonly state: string | undefined;
  readonly file: WorkspaceFile;
  /** It stands elsewhere, so that the watch of the folder does not tell of it. */
  readonly isLink: boolean;
}
interface Look {
  readonly seen: Seen;
  readonly names: readonly string[];
  readonly at: number;
  /** The folder's watch, and what it had counted before. */
  readonly watch: FolderWatch | undefined;
  readonly changes: number;
}

/**
 * The files of agents' workspaces, kept while time and size stay. A look costs one question for the folder and one for each file in it;
 * where the folder can be watched, it is taken once a second at most while nothing changes.
 */
export function createWorkspaceFiles({
  placeOf,
  clock,
}: {
  placeOf(agentId: string): WorkspacePlace;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}): WorkspaceFiles & Disposable {
  const looks = new Map<string, Look>();
  const looking = new Map<string, Promise<Look>>();
  const isFresh = async (
    { seen, names, at, watch, changes }: Look,
    asked: readonly string[],
  ): Promise<boolean> =>
    watch !== undefined &&
    names === asked &&
    clock.monotonic() - at < trustMs &&
    ![...seen.files.values()].some(({ isLink }) => isLink) &&
    (await watch.isUnchanged(changes));
  const keep = (agentId: string, taken: Look): void => {
    if (looks.get(agentId)?.watch !== taken.watch) forget(agentId);
    looks.delete(agentId);
    looks.set(agentId, taken);
    const [oldest] = looks.keys();
    if (looks.size > mostWorkspaces && oldest !== undefined) forget(oldest);
  };
  const forget = (agentId: string): void => {
    looks.get(agentId)?.watch?.[Symbol.dispose]();
    looks.delete(agentId);
  };
  const lookAgain = async (
    place: WorkspacePlace,
    agentId: string,
    names: readonly string[],
  ): Promise<Look> => {
    const before = looks.get(agentId);
    const watch = before?.watch ?? watchFolder(place.root);
    const [at, changes] = [clock.monotonic(), watch?.count() ?? 0];
    const seen = await look({ place, names, before: before?.seen, now: clock.now() });
    return { seen, names, at, watch, changes };
  };
  return {
    async read(agentId, names) {
      const place = placeOf(agentId);
      if (looks.get(agentId)?.seen.root !== place.root) forget(agentId);
      // One look is enough for all who ask while it is taken, unless something changes meanwhile.
      const last = (await looking.get(agentId)) ?? looks.get(agentId);
      if (last && (await isFresh(last, names))) return pick(last.seen, names);
      const coming = lookAgain(place, agentId, names);
      looking.set(agentId, coming);
      const taken = await coming; // a look never rejects
      looking.delete(agentId);
      keep(agentId, taken);
      return pick(taken.seen, names);
    },
    [Symbol.dispose]() {
      for (const agentId of looks.keys()) forget(agentId);
    },
  };
}

function pick({ files }: Seen, names: readonly string[]): WorkspaceFile[] {
  return names.flatMap((name) => files.get(name)?.file ?? []);
}

async function look({
  place,
  names,
  before,
  now,
}: {
  place: WorkspacePlace;
  names: readonly string[];
  before: Seen | undefined;
  now: number;
}): Promise<Seen> {
  const { root } = place;
  const stats = await findStats(root);
  if (!stats) return { root, folder: undefined, files: new Map() };
  const folder = toState(stats, now);
  const isSame = folder !== undefined && before?.folder === folder;
  const asked = isSame ? names.filter((name) => before.files.has(name)) : names;
  const found = await Promise.all(
    asked.map(async (name) => {
      const one = await readOne(place, { name, before: before?.files.get(name), now });
      return one ? [[name, one] as const] : [];
    }),
  );
  return { root, folder, files: new Map(found.flat()) };
}

async function readOne(
  place: WorkspacePlace,
  { name, before, now }: { name: string; before: Known | undefined; now: number },
): Promise<Known | undefined> {
  const stats = await findStats(join(place.root, name));
  if (!stats) return undefined;
  const state = toState(stats, now);
  if (state !== undefined && before?.state === state) return before;
  const file = await readText(place, name, Number(stats.size));
  const isLink = await isSymbolicLink(join(place.root, name));
  const isSame = before && before.file.text === file.text && before.file.problem === file.problem;
  return { state, file: isSame ? before.file : file, isLink };
}

async function readText(
  place: WorkspacePlace,
  name: string,
  bytes: number,
): Promise<WorkspaceFile> {
  try {
    const read = await createWorkspace(place).readStart(name, maxBytes);
    const text = toText(read.bytes);
    return {
      name,
      text: name === mainFile ? toTrusted(text) : text,
      bytes: read.size,
      unread: read.size - read.bytes.length,
    };
  } catch (error) {
    const { message } = isCuttleError(error) ? error : toFileError(error, name);
    return { name, text: '', bytes, unread: bytes, problem: message };
  }
}

async function isSymbolicLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined); // gone again: the watch tells
  return stats?.isSymbolicLink() ?? true;
}

/** Undefined where there is nothing, or nothing that can be asked for. */
async function findStats(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined);
}

function toState(
  { dev, ino, size, mtimeMs, mtimeNs, ctimeNs }: BigIntStats,
  now: number,
): string | undefined {
  if (now - Number(mtimeMs) <= unsureMs) return undefined;
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/** A prompt is text, whatever is in the file; a character that was cut at the end of what was read is left out. */
function toText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8').decode(bytes, { stream: true });
  // eslint-disable-next-line no-control-regex -- they are what is left out
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '').trim();
}
