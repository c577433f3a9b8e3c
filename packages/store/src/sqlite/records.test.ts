import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { RecordFinding, RecordSlice } from '@cuttle/core-types/ports';
import { callOf, createWorld, resultOf, type World } from '../contract/world.ts';
import { type Database, openDatabase, query } from './database.ts';
import { noReserve, openFixture } from './fixtures/open-fixture.ts';
import { openInlineStore } from './index.ts';

const firstKey = Buffer.alloc(32, 7).toString('base64url');
const secondKey = Buffer.alloc(32, 8).toString('base64url');

interface Home {
  readonly world: World;
  readonly path: string;
  /** Changes the file behind the store's back. */
  edit(change: (db: Database) => void): void;
  /** The keys of the next opening. */
  nextKeys(keys: readonly string[]): void;
}

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function openHome(first: readonly string[] = [firstKey]): Promise<Home> {
  let path = '';
  const world = await createWorld(({ now }) =>
    openFixture((paths) => {
      if (path === '') writeKeys(paths.path, first);
      ({ path } = paths);
      const file = `${path}.keys`;
      return openInlineStore({
        ...paths,
        now,
        disk: noReserve,
        recordKeysFile: existsSync(file) ? file : undefined,
      });
    }),
  );
  worlds.push(world);
  return {
    world,
    path,
    nextKeys: (keys) => writeKeys(path, keys),
    edit(change) {
      const db = openDatabase(path);
      db.raw.exec('PRAGMA foreign_keys = OFF');
      change(db);
      db.close();
    },
  };
}

function writeKeys(path: string, keys: readonly string[]): void {
  if (keys.length > 0) writeFileSync(`${path}.keys`, keys.join('\n'));
}

/** Turns of a session, each of which is two entries. Returns the session's id. */
async function talk(world: World, turns: number, session = 'agent:main:a'): Promise<string> {
  let id = '';
  for (let n = 0; n < turns; n += 1) {
    const run = await world.begin({ session, text: `question ${n}` });
    await world.complete(run, { text: `answer ${n}` });
    id = run.sessionId;
  }
  return id;
}

/** A turn with a tool: question, call, result, answer. */
async function useTool(world: World): Promise<void> {
  const run = await world.begin({ session: 'agent:main:a', text: 'look' });
  const { runId, fence } = run;
  const { journal } = world;
  await journal.recordStep(world.record(run, 1, { calls: [callOf(0)] }));
  await journal.startCalls({ runId, fence, step: 1, calls: [{ index: 0, deadline: 1 }] });
  const result = resultOf('call-0');
  await journal.finishCall({
    runId,
    fence,
    step: 1,
    index: 0,
    state: 'done',
    result,
    taint: [],
    outbound: [],
  });
  await journal.openStep({ runId, fence, step: 2 });
  await world.complete(run, { last: world.record(run, 2) });
}

async function verify(world: World, sessionId: string): Promise<Omit<RecordSlice, 'next'>> {
  const sum = { checked: 0, unchained: 0, purged: 0, redacted: 0 };
  const findings: RecordFinding[] = [];
  let cursor: RecordSlice['next'];
  do {
    const slice: RecordSlice = await world.reader.verifySession({ sessionId, cursor });
    sum.checked += slice.checked;
    sum.unchained += slice.unchained;
    sum.purged += slice.purged;
    findings.push(...slice.findings);
    cursor = slice.next;
  } while (cursor);
  return { ...sum, findings };
}

const whole = (checked: number, more: object = {}): object => ({
  checked,
  unchained: 0,
  purged: 0,
  redacted: 0,
  findings: [],
  ...more,
});

describe('the chain of a session', () => {
  it('is whole after turns, tools and a new life', async () => {
    const { world } = await openHome();
    const sessionId = await talk(world, 150);
    expect(await verify(world, sessionId)).toEqual(whole(300));
    await world.reopen();
    await useTool(world);
    expect(await verify(world, sessionId)).toEqual(whole(304));
  });

  it.each([
    [
      'an answer that was edited',
      `UPDATE step SET answer = replace(answer, 'answer 2', 'another') WHERE answer LIKE '%answer 2%'`,
      { fault: 'changed', seq: 6, uptoSeq: 6 },
    ],
    [
      'a question that was edited',
      `UPDATE inbound SET body = replace(body, 'question 1', 'nothing') WHERE body LIKE '%question 1%'`,
      { fault: 'changed', seq: 3, uptoSeq: 3 },
    ],
    [
      'a question of another sender',
      `UPDATE inbound SET principal = '{}' WHERE body LIKE '%question 1%'`,
      { fault: 'changed', seq: 3, uptoSeq: 3 },
    ],
    [
      'a time that was moved',
      `UPDATE entry SET at = at - 1 WHERE seq = 4`,
      { fault: 'changed', seq: 4, uptoSeq: 4 },
    ],
    [
      'an entry that is gone',
      `DELETE FROM entry WHERE seq = 4`,
      { fault: 'missing', seq: 4, uptoSeq: 4 },
    ],
    [
      'several entries that are gone',
      `DELETE FROM entry WHERE seq BETWEEN 3 AND 6`,
      { fault: 'missing', seq: 3, uptoSeq: 6 },
    ],
    [
      'a beginning that is gone',
      `DELETE FROM entry WHERE seq < 3`,
      { fault: 'missing', seq: 1, uptoSeq: 2 },
    ],
    [
      'a tail that was cut',
      `DELETE FROM entry WHERE seq > 7`,
      { fault: 'cut', seq: 8, uptoSeq: 10 },
    ],
    ['all entries gone', `DELETE FROM entry`, { fault: 'cut', seq: 1, uptoSeq: 10 }],
    [
      'what an entry names gone',
      `DELETE FROM inbound WHERE body LIKE '%question 3%'`,
      { fault: 'changed', seq: 7, uptoSeq: 7 },
    ],
    [
      'a mac taken away',
      `UPDATE entry SET mac = NULL WHERE seq = 10`,
      { fault: 'unsealed', seq: 10, uptoSeq: 10 },
    ],
    [
      'two neighbours exchanged',
      `UPDATE entry SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE seq IN (4, 5); UPDATE entry SET seq = -seq WHERE seq < 0`,
      { fault: 'swapped', seq: 4, uptoSeq: 5 },
    ],
    [
      'two far entries exchanged',
      `UPDATE entry SET seq = CASE seq WHEN 2 THEN -8 ELSE -2 END WHERE seq IN (2, 8); UPDATE entry SET seq = -seq WHERE seq < 0`,
      { fault: 'swapped', seq: 2, uptoSeq: 8 },
    ],
    [
      'a length that was made to fit a cut tail',
      `DELETE FROM entry WHERE seq > 7; UPDATE session SET next_entry = 8`,
      { fault: 'head', seq: 8, uptoSeq: 8 },
    ],
  ])('finds %s', async (_what, sql, finding) => {
    const { world, edit } = await openHome();
    const sessionId = await talk(world, 5);
    edit((db) => db.raw.exec(sql));
    const { findings } = await verify(world, sessionId);
    expect(findings).toEqual([finding]);
  });

  it('finds a row that was replaced by an older one', async () => {
    const { world, edit } = await openHome();
    const sessionId = await talk(world, 5);
    // Entry 9 becomes entry 3 in all but its number.
    edit((db) => {
      db.raw.exec(`CREATE TEMP TABLE old AS SELECT * FROM entry WHERE seq = 3`);
      db.raw.exec(`DELETE FROM entry WHERE seq = 3`);
      db.raw.exec(
        `UPDATE entry SET (inbound_id, run_id, n, at, mac) = (SELECT inbound_id, run_id, n, at, mac FROM old) WHERE seq = 9`,
      );
    });
    const { findings } = await verify(world, sessionId);
    expect(findings).toEqual([
      { fault: 'missing', seq: 3, uptoSeq: 3 },
      { fault: 'changed', seq: 9, uptoSeq: 10 },
    ]);
  });

  it('finds rows of two sessions exchanged, in both', async () => {
    const { world, edit } = await openHome();
    const left = await talk(world, 3, 'agent:main:left');
    const right = await talk(world, 3, 'agent:main:right');
    edit((db) =>
      db.raw.exec(
        `UPDATE entry SET seq = -seq WHERE seq = 4 AND session_id = '${left}'; UPDATE entry SET session_id = '${left}' WHERE seq = 4; UPDATE entry SET session_id = '${right}', seq = 4 WHERE seq = -4`,
      ),
    );
    for (const id of [left, right])
      expect((await verify(world, id)).findings).toEqual([
        { fault: 'changed', seq: 4, uptoSeq: 5 },
      ]);
  });

  it('finds a head that was put back while the entries stayed', async () => {
    const { world, edit } = await openHome();
    const sessionId = await talk(world, 2);
    const head = readHead(edit);
    await talk(world, 2);
    edit((db) => writeHead(db, head));
    expect((await verify(world, sessionId)).findings).toEqual([
      { fault: 'rolled-back', seq: 5, uptoSeq: 8 },
    ]);
  });

  it('finds a tail and its head rolled back together where the audit knows of it', async () => {
    const { world, edit } = await openHome();
    const sessionId = await talk(world, 2);
    const head = readHead(edit);
    await talk(world, 2);
    world.advance(3_600_000);
    await world.journal.sweep({ limit: 10 });
    edit((db) => {
      db.raw.exec(`DELETE FROM entry WHERE seq > 4`);
      writeHead(db, head);
    });
    expect((await verify(world, sessionId)).findings).toEqual([
      { fault: 'rolled-back', seq: 5, uptoSeq: 8 },
    ]);
  });

  it('cannot find a tail and its head rolled back together before the audit knows of it', async () => {
    const { world, edit } = await openHome();
    const sessionId = await talk(world, 2);
    const head = readHead(edit);
    await talk(world, 2);
    edit((db) => {
      db.raw.exec(`DELETE FROM entry WHERE seq > 4`);
      writeHead(db, head);
    });
    expect((await verify(world, sessionId)).findings).toEqual([]);
  });
});

const selectHead = query<Record<'next_entry' | 'chained' | 'chain_mac' | 'chain_head', string>>(
  `SELECT next_entry, chained, chain_mac, chain_head FROM session`,
);

function readHead(edit: Home['edit']): readonly string[] {
  let head: readonly string[] = [];
  edit((db) => {
    head = Object.values(db.find(selectHead) ?? {});
  });
  return head;
}

function writeHead(db: Database, head: readonly string[]): void {
  db.run(`UPDATE session SET next_entry = ?, chained = ?, chain_mac = ?, chain_head = ?`, ...head);
}

describe('a home from before the chain', () => {
  it('reports its rows as unchained and chains what follows', async () => {
    const { world, nextKeys } = await openHome([]);
    const sessionId = await talk(world, 2);
    nextKeys([firstKey]);
    await world.reopen();
    await talk(world, 3);
    expect(await verify(world, sessionId)).toEqual(whole(6, { unchained: 4 }));
  });

  it('does not take a chained row without its mac for an old one', async () => {
    const { world, nextKeys, edit } = await openHome([]);
    const sessionId = await talk(world, 2);
    nextKeys([firstKey]);
    await world.reopen();
    await talk(world, 1);
    edit((db) =>
      db.raw.exec(
        `UPDATE entry SET mac = NULL; UPDATE session SET chained = 0, chain_mac = NULL, chain_head = NULL`,
      ),
    );
    const unsealed = { fault: 'unsealed', seq: 5, uptoSeq: 6 };
    expect((await verify(world, sessionId)).findings).toEqual([unsealed]);
    edit((db) => db.raw.exec(`UPDATE store SET records_from = 99`));
    expect((await verify(world, sessionId)).findings).toEqual([
      { fault: 'unsealed', seq: 1, uptoSeq: 6 },
    ]);
  });
});

describe('keys', () => {
  it('are made once, readable by their owner only', async () => {
    let file = '';
    const world = await createWorld(({ now }) =>
      openFixture((paths) => {
        file = `${paths.path}.folder/keys`;
        return openInlineStore({ ...paths, now, disk: noReserve, recordKeysFile: file });
      }),
    );
    worlds.push(world);
    const made = readFileSync(file, 'utf8');
    expect(made).toMatch(/^[\w-]{43}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await world.reopen();
    expect(readFileSync(file, 'utf8')).toBe(made);
  });

  it('are followed by new ones, which check what the old ones signed', async () => {
    const { world, nextKeys } = await openHome();
    const sessionId = await talk(world, 2);
    nextKeys([firstKey, secondKey]);
    await world.reopen();
    await talk(world, 2);
    expect(await verify(world, sessionId)).toEqual(whole(8));
    nextKeys([secondKey]);
    await world.reopen();
    const { findings } = await verify(world, sessionId);
    expect(findings[0]).toEqual({ fault: 'unknown-key', seq: 1, uptoSeq: 4 });
  });
});

describe('the chain of the audit', () => {
  const audit = async (world: World): Promise<readonly RecordFinding[]> => {
    const { findings, next } = await world.reader.verifyAudit({});
    expect(next).toBeUndefined();
    return findings;
  };

  it.each([
    ['nothing', `SELECT 1`, []],
    [
      'words that were edited',
      `UPDATE audit SET details = '{}' WHERE seq = 2`,
      [{ fault: 'changed', seq: 2, uptoSeq: 2 }],
    ],
    [
      'a row that was said to be pseudonymised',
      `UPDATE audit SET principal = 'x', redacted_by = 3 WHERE seq = 2`,
      [{ fault: 'changed', seq: 2, uptoSeq: 2 }],
    ],
    [
      'a row that is gone',
      `DELETE FROM audit WHERE seq = 2`,
      [{ fault: 'missing', seq: 2, uptoSeq: 2 }],
    ],
    [
      'a tail that was cut',
      `DELETE FROM audit WHERE seq = 3`,
      [{ fault: 'cut', seq: 3, uptoSeq: 3 }],
    ],
  ])('finds %s', async (_what, sql, expected) => {
    const { world, edit } = await openHome();
    for (const n of [1, 2, 3])
      await world.journal.appendAudit({ kind: 'x', principal: 'owner', details: { n } });
    edit((db) => db.raw.exec(sql));
    expect(await audit(world)).toEqual(expected);
  });

  it('names sessions that are gone without a word', async () => {
    const { world, edit } = await openHome();
    const sessionId = await talk(world, 1);
    world.advance(3_600_000);
    await world.journal.sweep({ limit: 10 });
    expect(await world.reader.listAnchored({ limit: 9 })).toEqual([{ sessionId, isThere: true }]);
    edit((db) => db.raw.exec(`DELETE FROM session`));
    expect(await world.reader.listAnchored({ limit: 9 })).toEqual([{ sessionId, isThere: false }]);
    await world.journal.appendAudit({
      kind: 'session.delete',
      principal: 'owner',
      details: {},
      subject: `session:${sessionId}`,
    });
    expect(await world.reader.listAnchored({ limit: 9 })).toEqual([{ sessionId, isThere: true }]);
  });
});
