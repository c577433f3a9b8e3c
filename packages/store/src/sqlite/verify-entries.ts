import type { RecordCursor, RecordFinding, RecordSlice } from '@cuttle/core-types/ports';
import { query } from './database.ts';
import { blankedParts, contentOf, entryParts, tombstoneParts } from './record-chain.ts';
import type { RecordSeal, SealedPart } from './record-seal.ts';
import type { EntryRecord, TombstoneRecord } from './rows.ts';
import type { View } from './view.ts';

/** What one slice looks at: 200 rows, or about a megabyte of words, is a few milliseconds. */
const mostRows = 200;
const mostChars = 500_000;
/** Rows of a slice that are compared with each other, to tell an exchange from changes. */
const mostSuspects = 8;

/** A row whose mac is not that of what stands there. */
interface Suspect {
  readonly row: EntryRecord;
  readonly before: string | null;
  readonly content: readonly SealedPart[];
}

/** A walk along a session's entries: where it is, and what it found. */
export interface Walk {
  readonly view: View;
  readonly seal: RecordSeal;
  readonly sessionId: string;
  /** Entries with a higher row number must be chained. */
  readonly chainedFrom: number;
  readonly suspects: Suspect[];
  readonly findings: RecordFinding[];
  seq: number;
  mac: string | null;
  lost: boolean;
  checked: number;
  unchained: number;
  purged: number;
  redacted: number;
}

export function startWalk(
  deps: Pick<Walk, 'view' | 'seal' | 'sessionId' | 'chainedFrom'>,
  cursor: RecordCursor | undefined,
): Walk {
  return {
    ...deps,
    suspects: [],
    findings: [],
    seq: cursor?.seq ?? 0,
    mac: cursor?.mac ?? null,
    lost: cursor?.lost ?? false,
    checked: 0,
    unchained: 0,
    purged: 0,
    redacted: 0,
  };
}

const selectNext = query<EntryRecord>(
  `SELECT * FROM entry WHERE space = 'main' AND session_id = ? AND seq > ? ORDER BY seq LIMIT 1`,
);

/** Walks as far as a slice goes; true at the end of the entries. */
export function walkEntries(walk: Walk): boolean {
  let chars = 0;
  for (let rows = 0; rows < mostRows && chars < mostChars; rows += 1) {
    const row = walk.view.db.find(selectNext, walk.sessionId, walk.seq);
    if (!row) return true;
    if (row.seq > walk.seq + 1) crossGap(walk, row.seq, 'missing');
    chars += checkRow(walk, row);
    walk.seq = row.seq;
  }
  return false;
}

/** Returns how many characters were looked at. */
function checkRow(walk: Walk, row: EntryRecord): number {
  if (row.mac === null) {
    if (row.row <= walk.chainedFrom) walk.unchained += 1;
    else addFinding(walk, 'unsealed', row.seq);
    return 0;
  }
  const content = contentOf(walk.view.db, row);
  const chars = content.reduce<number>((sum, part) => sum + String(part ?? '').length, 0);
  if (row.blanked !== null) checkBlanked(walk, { row, content }, row.blanked);
  else if (!walk.lost) checkMac(walk, { row, before: walk.mac, content }, row.mac);
  walk.lost = false;
  walk.mac = row.mac;
  walk.checked += 1;
  return chars;
}

/** What it said is gone; what stands there in its place was written by whoever holds the key. */
function checkBlanked(walk: Walk, now: Omit<Suspect, 'before'>, mac: string): void {
  const { row, content } = now;
  const verdict = walk.seal.check(mac, blankedParts(row, content));
  if (verdict === 'whole') walk.redacted += 1;
  else addFinding(walk, verdict, row.seq);
}

function checkMac(walk: Walk, suspect: Suspect, mac: string): void {
  const { row, before, content } = suspect;
  const verdict = walk.seal.check(mac, entryParts(before, row, content));
  if (verdict === 'whole') return;
  if (verdict === 'unknown-key') return addFinding(walk, 'unknown-key', row.seq);
  if (walk.suspects.length < mostSuspects) walk.suspects.push(suspect);
  addFinding(walk, 'changed', row.seq);
}

/** Of rows in a row one finding: after a wrong one, the next has nothing right to follow. */
function addFinding(walk: Walk, fault: RecordFinding['fault'], seq: number): void {
  const last = walk.findings.at(-1);
  if (last?.fault !== fault || last.uptoSeq !== seq - 1)
    return void walk.findings.push({ fault, seq, uptoSeq: seq });
  walk.findings.splice(-1, 1, { ...last, uptoSeq: seq });
}

const selectTombstones = query<TombstoneRecord>(
  `SELECT * FROM tombstone WHERE space = 'main' AND session_id = ? AND from_seq < ? AND upto_seq > ? ORDER BY from_seq`,
);

/** Rows between here and `nextSeq` are not there: removed on purpose, or a fault. */
export function crossGap(walk: Walk, nextSeq: number, fault: 'missing' | 'cut'): void {
  const { view, sessionId, findings } = walk;
  for (const tombstone of view.db.list(selectTombstones, sessionId, nextSeq, walk.seq)) {
    if (tombstone.from_seq > walk.seq + 1) lose(walk, tombstone.from_seq, 'missing');
    checkTombstone(walk, tombstone);
    walk.purged += tombstone.upto_seq - Math.max(walk.seq, tombstone.from_seq - 1);
    walk.mac = tombstone.mac ?? walk.mac;
    walk.lost = false;
    walk.seq = tombstone.upto_seq;
  }
  if (walk.seq + 1 < nextSeq) lose(walk, nextSeq, fault);
  function lose(at: Walk, before: number, what: 'missing' | 'cut'): void {
    findings.push({ fault: what, seq: at.seq + 1, uptoSeq: before - 1 });
    at.lost = true;
    at.seq = before - 1;
  }
}

function checkTombstone(walk: Walk, row: TombstoneRecord): void {
  const verdict = row.seal === null ? 'changed' : walk.seal.check(row.seal, tombstoneParts(row));
  if (verdict === 'whole') return;
  const fault = verdict === 'changed' ? 'tombstone' : verdict;
  walk.findings.push({ fault, seq: row.from_seq, uptoSeq: row.upto_seq });
}

/** Two wrong rows of which each would be right in the place of the other were exchanged. */
export function nameSwaps(walk: Walk): void {
  const { suspects } = walk;
  for (const [index, left] of suspects.entries())
    for (const right of suspects.slice(index + 1))
      if (fits(walk, left, right)) swap(walk, left, right);
}

function fits({ seal }: Walk, moved: Suspect, place: Suspect): boolean {
  const { row, content } = moved;
  const here = { ...row, seq: place.row.seq };
  // What the place followed: the row before it, which may be the other one itself.
  return [place.before, place.row.mac].some(
    (before) => seal.check(row.mac ?? '', entryParts(before, here, content)) === 'whole',
  );
}

function swap(walk: Walk, left: Suspect, right: Suspect): void {
  const [seq, uptoSeq] = [left.row.seq, right.row.seq];
  const covers = ({ seq: from, uptoSeq: upto }: RecordFinding, at: number): boolean =>
    from <= at && at <= upto;
  const others = walk.findings.filter(
    (finding) => finding.fault !== 'changed' || !(covers(finding, seq) || covers(finding, uptoSeq)),
  );
  walk.findings.splice(0, walk.findings.length, ...others, { fault: 'swapped', seq, uptoSeq });
}

export function toSlice(walk: Walk, isEnd: boolean): RecordSlice {
  const { checked, unchained, purged, redacted, findings, seq, mac, lost } = walk;
  return {
    checked,
    unchained,
    purged,
    redacted,
    findings,
    next: isEnd ? undefined : { seq, lost, ...(mac !== null && { mac }) },
  };
}
