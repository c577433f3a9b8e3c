import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CrashVerdict, emptyVerdict } from '@cuttle/testkit/crash';

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
  const isKept = (name: string): boolean => memoryFile.test(name) || blobFile.test(name);
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

/** One note for each summary that a model wrote, whatever was killed in between. */
export async function judgeNotes(home: string, summaries: number): Promise<CrashVerdict> {
  const found = await readdir(home, { recursive: true });
  const files = found.filter((name) => memoryFile.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(home, name), 'utf8')));
  const keys = texts.flatMap((text) =>
    [...text.matchAll(/"once":\["(flush:[^"]+)"\]/gu)].map(([, key]) => key),
  );
  const doubled = keys.length - new Set(keys).size;
  return {
    ...emptyVerdict,
    violations: [
      ...(doubled > 0 ? [`${doubled} notes twice in the memory`] : []),
      ...(keys.length === summaries ? [] : [`${keys.length} notes of ${summaries} summaries`]),
    ],
  };
}
