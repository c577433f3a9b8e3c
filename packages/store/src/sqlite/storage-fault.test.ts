import { spawnSync } from 'node:child_process';
import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase, query } from './database.ts';
import { noReserve, openFolder } from './fixtures/open-fixture.ts';
import { type LoadHome, runLoad } from './fixtures/run-load.ts';
import { openInlineStore } from './index.ts';

// A killed process leaves behind what it wrote; a disk that lost its power leaves behind what was synced, or less.
vi.setConfig({ testTimeout: 60_000 });

const folders: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of folders.splice(0)) await remove();
});

async function openHome(): Promise<LoadHome> {
  const { path, blobsPath, remove } = await openFolder();
  folders.push(remove);
  return { path, blobsPath };
}

/** A home whose log is as `change` leaves it. */
async function copyHome(
  from: LoadHome,
  change: (logPath: string) => Promise<void>,
): Promise<LoadHome> {
  const copy = await openHome();
  await copyFile(from.path, copy.path);
  await copyFile(`${from.path}-wal`, `${copy.path}-wal`);
  await change(`${copy.path}-wal`);
  return copy;
}

/** Opens a home, which must be whole and go on, and tells which of the acknowledged lines it knows. */
async function findKnown(home: LoadHome, lines: readonly string[]): Promise<readonly boolean[]> {
  await using store = await openInlineStore({ ...home, disk: noReserve });
  const known: boolean[] = [];
  for (const line of lines) {
    const [said = '', answered] = line.split(' ');
    const inbound = await store.reader.findInbound({ inboundId: answered ?? said });
    known.push(inbound !== undefined && (answered === undefined || inbound.state === 'answered'));
  }
  const { sessions } = await store.reader.listSessions({ limit: 100 });
  for (const { sessionId } of sessions) {
    const events = await store.reader.readEvents({ sessionId, after: 0, limit: 1_000 });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  }
  await store.journal.putValue({ namespace: 'n', key: 'after', value: 1 });
  const db = openDatabase(home.path, { readOnly: true });
  const [check] = db.list(query<{ integrity_check: string }>('PRAGMA integrity_check'));
  expect(check?.integrity_check).toBe('ok');
  expect(db.list(query<object>('PRAGMA foreign_key_check'))).toEqual([]);
  db.close();
  return known;
}

/** Callers of the load: so many lines at most are acknowledged by one commit, in any order. */
const callers = 8;

/** Only the newest is missing: but for one commit's lines, everything before the last known line is known. */
function expectOnlySuffixLost(known: readonly boolean[]): void {
  const last = known.lastIndexOf(true);
  const gaps = known.flatMap((is, index) => (is || index > last - callers ? [] : index));
  expect(gaps).toEqual([]);
}

/**
 * How much of a log is in use: behind it may lie frames from before its last restart, which carry other salts.
 * https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
function usedBytes(log: Buffer): number {
  const pageBytes = log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let used = 32;
  while (log.subarray(used + 8, used + 16).equals(salts)) used += 24 + pageBytes;
  return used;
}

describe('a log that lost its end', () => {
  const half = (log: Buffer): number => Math.floor(usedBytes(log) / 2);

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['is cut in the middle of a frame', (bytes) => bytes.subarray(0, half(bytes) + 7)],
    ['is cut within its header', (bytes) => bytes.subarray(0, 20)],
    ['is gone', () => Buffer.alloc(0)],
    [
      'ends in zeros',
      (bytes) =>
        Buffer.concat([bytes.subarray(0, half(bytes)), Buffer.alloc(bytes.length - half(bytes))]),
    ],
    [
      'ends in what was never written',
      (bytes) =>
        Buffer.concat([
          bytes.subarray(0, half(bytes)),
          Buffer.alloc(bytes.length - half(bytes), 0xa5),
        ]),
    ],
    ['has one wrong bit', (bytes) => flip(bytes, half(bytes))],
    [
      'has a hole of a page',
      (bytes) => Buffer.from(bytes).fill(0, half(bytes), half(bytes) + 4096),
    ],
  ])('loses the newest commits alone where it %s', async (_how, spoil) => {
    const home = await openHome();
    const { lines } = await runLoad(home, { name: 'store.after.commit', hit: 30 });
    const copy = await copyHome(home, async (path) => writeFile(path, spoil(await readFile(path))));
    const known = await findKnown(copy, lines);
    expect(lines.length).toBeGreaterThan(50);
    expect(known).toContain(false);
    expectOnlySuffixLost(known);
  });

  function flip(bytes: Buffer, at: number): Buffer {
    const spoiled = Buffer.from(bytes);
    spoiled[at] = (spoiled[at] ?? 0) ^ 1;
    return spoiled;
  }
});

/** Why system calls cannot be traced here, where they cannot. https://strace.io */
const untraced = spawnSync('strace', ['-o', '/dev/null', 'true']).status !== 0;
const whyNot = untraced ? ' (no strace on this machine)' : '';

/** How much of the log is on the disk when a line was acknowledged. */
interface Acknowledged {
  readonly line: string;
  readonly syncedBytes: number;
}

const writing = /^\d+ +pwrite64\(\d+<[^>]*-wal>, .*, (\d+), (\d+)(?:\)| <unfinished)/;
const cutting = /^\d+ +ftruncate\(\d+<[^>]*-wal>, (\d+)/;
const syncing = /^(\d+) +f(?:data)?sync\(\d+<[^>]*-wal>/;
const noting = /^\d+ +write\(\d+<[^>]*\.notes>, "(.*)\\n", /;

/** Reads a trace: `fsync` of the log puts on the disk what was written before it began, once it has returned. */
function readTrace(text: string): readonly Acknowledged[] {
  const acknowledged: Acknowledged[] = [];
  let written = 0;
  let synced = 0;
  let waiting: { readonly thread: string; readonly bytes: number } | undefined;
  for (const row of text.split('\n')) {
    const [, size, offset] = writing.exec(row) ?? [];
    if (size !== undefined) written = Math.max(written, Number(size) + Number(offset));
    const [, length] = cutting.exec(row) ?? [];
    if (length !== undefined) written = synced = Number(length);
    const [, thread] = syncing.exec(row) ?? [];
    if (thread !== undefined) waiting = { thread, bytes: written };
    const isDone = waiting && row.startsWith(waiting.thread) && row.endsWith(' = 0');
    if (waiting && isDone && /f(?:data)?sync/.test(row)) {
      synced = waiting.bytes;
      waiting = undefined;
    }
    const [, line] = noting.exec(row) ?? [];
    if (line !== undefined) acknowledged.push({ line, syncedBytes: synced });
  }
  return acknowledged;
}

describe.skipIf(untraced)(`a disk without power${whyNot}`, () => {
  it('has every acknowledged message, at whichever acknowledgement it stops', async () => {
    const home = await openHome();
    const trace = `${home.path}.trace`;
    const calls = 'trace=pwrite64,ftruncate,fsync,fdatasync,write';
    const through = ['strace', '-f', '-y', '-s', '40', '-e', calls, '-o', trace];
    await runLoad(home, { name: 'store.after.reply', hit: 40 }, through);
    const acknowledged = readTrace(await readFile(trace, 'utf8'));
    const last = acknowledged.length - 1;
    expect(last).toBeGreaterThan(50);

    for (const index of [0, 8, Math.floor(last / 3), Math.floor(last / 2), last - 8, last]) {
      const { syncedBytes = 0 } = acknowledged[index] ?? {};
      const lines = acknowledged.slice(0, index + 1).map(({ line }) => line);
      const copy = await copyHome(home, (path) => truncate(path, syncedBytes));
      expect(await findKnown(copy, lines)).toEqual(lines.map(() => true));
    }
    // What is on the disk grew between the acknowledgements: the trace says something.
    expect(new Set(acknowledged.map(({ syncedBytes }) => syncedBytes)).size).toBeGreaterThan(5);
  });
});
