import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CrashVerdict, emptyVerdict } from '@cuttle/testkit/crash';
import type { FlushedRows } from './home-rows.ts';

/** What a home of these tests holds: they keep no secrets or workspace. */
const known: ReadonlySet<string> = new Set([
  'cuttle.json5',
  'run/gateway.json',
  'credentials/record-keys',
  ...['', '-wal', '-shm', '.lock', '.lock-journal', '.owner', '.reserve'].map(
    (end) => `data/cuttle.db${end}`,
  ),
]);

/** What the agent remembers of the people that shapes speak for. */
const memoryFile = /^workspace\/main\/memory\/(?:people\/[^/]+\/)?\d{4}-\d\d-\d\d\.md$/;
/** What was being written aside goes with the first look at the memory that finds it old. */
const memoryAside =
  /^workspace\/main\/memory\/(?:people\/[^/]+\/)?[\d-]{10}\.md\.[\da-f-]{36}\.tmp$/;

/** What people attached: written whole under the name of what it holds. What was being written aside goes with the upkeep that finds it old. */
const blobFile = /^data\/blobs\/[\da-f]{2}\/(?:[\da-f]{62}|\.[\da-f-]{36}\.tmp)$/;

/** A log that nobody holds open is kept shorter than this. */
const mostLogBytes = 64 * 1024 * 1024;

/** Nothing half-written stays behind, however often the gateway was killed, and the log of the database is bounded. */
export async function judgeFiles(home: string): Promise<CrashVerdict> {
  const found = await readdir(home, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1));
  const isKept = (name: string): boolean =>
    [memoryFile, memoryAside, blobFile].some((kept) => kept.test(name));
  const strange = names.filter((name) => !known.has(name) && !isKept(name));
  const { size } = await stat(join(home, 'data/cuttle.db-wal'));
  return {
    ...emptyVerdict,
    violations: [
      ...strange.map((name) => `a file that nobody needs: ${name}`),
      ...(size > mostLogBytes ? [`a log of ${size} bytes`] : []),
    ],
  };
}

/** Each chunk's first note once, for a summary or by a run that was stopped before it, and one for each summary that says so. */
export async function judgeNotes(
  home: string,
  { surely, maybe, cutRuns }: FlushedRows,
): Promise<CrashVerdict> {
  const found = await readdir(home, { recursive: true });
  const files = found.filter((name) => memoryFile.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(home, name), 'utf8')));
  const notes = texts.flatMap((text) =>
    [...text.matchAll(/"once":\["flush:(?<run>[^":]+):\d+:(?<upto>\d+):0"\]/gu)].map(
      ({ groups }) => ({
        run: groups?.['run'] ?? '',
        chunk: `${groups?.['run']}:${groups?.['upto']}`,
      }),
    ),
  );
  const noted = new Set(notes.map(({ chunk }) => chunk));
  const missing = surely.filter((chunk) => !noted.has(chunk));
  const strange = notes.filter(({ run, chunk }) => !maybe.has(chunk) && !cutRuns.has(run));
  return {
    ...emptyVerdict,
    violations: [
      ...(noted.size < notes.length
        ? [`${notes.length - noted.size} notes twice in the memory`]
        : []),
      ...missing.map((chunk) => `the memory has nothing of ${chunk}`),
      ...strange.map(({ chunk }) => `a note of ${chunk}, of which there is no summary`),
    ],
  };
}
