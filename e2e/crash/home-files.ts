import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type CrashVerdict, emptyVerdict } from '@cuttle/testkit/crash';

/** What a home of these tests holds: they keep no secrets, media or workspace. */
const known: ReadonlySet<string> = new Set([
  'cuttle.json5',
  'run/gateway.json',
  'credentials/record-keys',
  ...['', '-wal', '-shm', '.lock', '.lock-journal', '.owner', '.reserve'].map(
    (end) => `data/cuttle.db${end}`,
  ),
]);

/** A log that nobody holds open is kept shorter than this. */
const mostLogBytes = 64 * 1024 * 1024;

/** Nothing half-written stays behind, however often the gateway was killed, and the log of the database is bounded. */
export async function judgeFiles(home: string): Promise<CrashVerdict> {
  const found = await readdir(home, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1));
  const strange = names.filter((name) => !known.has(name));
  const { size } = await stat(join(home, 'data/cuttle.db-wal'));
  return {
    ...emptyVerdict,
    violations: [
      ...strange.map((name) => `a file that nobody needs: ${name}`),
      ...(size > mostLogBytes ? [`a log of ${size} bytes`] : []),
    ],
  };
}
