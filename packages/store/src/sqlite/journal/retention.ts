import type { RecordsJournal } from '@cuttle/core-types/ports';
import { listClosedGroups } from '../closed-groups.ts';
import { beginParts } from '../record-chain.ts';
import { query } from '../database.ts';
import type { StoreRecord } from '../rows.ts';
import { toDay } from '../utc-day.ts';
import type { Unit } from '../unit.ts';
import { appendAudit } from './audit.ts';
import { buryEntries, removeRun } from './remove-run.ts';

type Input<Name extends keyof RecordsJournal> = Parameters<RecordsJournal[Name]>[0];
type Output<Name extends keyof RecordsJournal> = Awaited<ReturnType<RecordsJournal[Name]>>;

/** One slice: closed groups that a rule takes, each whole. */
export function removeClosedGroups(
  unit: Unit,
  input: Input<'removeClosedGroups'>,
): Output<'removeClosedGroups'> {
  const { groups, next } = listClosedGroups(unit.db, input);
  let entries = 0;
  let chars = 0;
  for (const group of groups) {
    buryEntries(unit, { ...group, reason: 'retention' });
    removeRun(unit, group.runId, group.entries.length);
    entries += group.entries.length;
    chars += group.chars;
  }
  for (const sessionId of new Set(groups.map((group) => group.sessionId))) {
    removeEvents(unit, sessionId);
    removeSuperseded(unit, sessionId);
  }
  return { groups: groups.length, entries, chars, ...(next !== undefined && { next }) };
}

const selectOldest = query<{ seq: number }>(
  `SELECT event.seq FROM entry JOIN event ON event.space = 'main' AND event.session_id = entry.session_id AND event.run_id = entry.run_id
WHERE entry.space = 'main' AND entry.session_id = ? ORDER BY entry.seq, event.seq LIMIT 1`,
);
const removeEarlier = `DELETE FROM event WHERE rowid IN (SELECT rowid FROM event WHERE space = 'main' AND session_id = ? AND seq < ? ORDER BY seq LIMIT 100)`;

/** What clients could resume from goes with the runs that it tells of: a session's events begin with its oldest run. */
function removeEvents(unit: Unit, sessionId: string): void {
  const oldest = unit.db.find(selectOldest, sessionId)?.seq;
  if (oldest !== undefined) unit.db.run(removeEarlier, sessionId, oldest);
}

// What an earlier conversation was summed up to, and what a newer summary of the present one stands for as well, once nothing of it is left:
// no one can go back there. A transcript that begins with another one's has its summaries as long as it stands.
const removeCovering = `DELETE FROM summary WHERE rowid IN (SELECT summary.rowid FROM summary JOIN session ON session.space = 'main' AND session.id = summary.session_id
WHERE summary.space = 'main' AND summary.session_id = ?1 AND (summary.generation < session.generation OR summary.upto_seq < session.summary_upto)
AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.space = 'main' AND entry.session_id = ?1 AND entry.seq <= summary.upto_seq)
AND NOT EXISTS (SELECT 1 FROM lineage WHERE lineage.space = 'main' AND lineage.session_id = ?1 AND lineage.generation = summary.generation AND lineage.source_id <> ?1) LIMIT 20)`;
const removeRewound = `DELETE FROM rewound WHERE rowid IN (SELECT rowid FROM rewound WHERE space = 'main' AND session_id = ?1
AND NOT EXISTS (SELECT 1 FROM entry WHERE entry.space = 'main' AND entry.session_id = ?1 AND entry.seq > rewound.after_seq AND entry.seq <= rewound.upto_seq) LIMIT 20)`;

function removeSuperseded({ db }: Unit, sessionId: string): void {
  db.run(removeCovering, sessionId);
  db.run(removeRewound, sessionId);
}

const removeDays = `DELETE FROM usage WHERE rowid IN (SELECT rowid FROM usage WHERE space = 'main' AND day < ? LIMIT ?)`;

export function removeUsage(unit: Unit, { before, limit }: Input<'removeUsage'>): number {
  return unit.db.run(removeDays, toDay(before), limit);
}

const selectStore = query<StoreRecord>(`SELECT * FROM store`);
const selectOld = query<{ seq: number; mac: string | null; at: number }>(
  `SELECT seq, mac, at FROM audit WHERE space = 'main' ORDER BY seq LIMIT ?`,
);
const removeRows = `DELETE FROM audit WHERE space = 'main' AND seq <= ?`;
const updateBegin = `UPDATE store SET records_audit = ?, records_audit_mac = ?, records_seal = ?`;

/** The beginning of the audit goes: the chain then begins behind it, and says so under seal. */
export function removeAudit(unit: Unit, { before, limit }: Input<'removeAudit'>): number {
  const rows = unit.db.list(selectOld, limit);
  const kept = rows.findIndex(({ at }) => at >= before);
  const old = kept < 0 ? rows : rows.slice(0, kept);
  const last = old.at(-1);
  const store = unit.db.find(selectStore);
  if (!last || !store) return 0;
  unit.db.run(removeRows, last.seq);
  const begin = {
    records_from: store.records_from,
    records_audit: last.seq,
    records_audit_mac: last.mac,
  };
  const seal = unit.seal?.sign(beginParts(begin)) ?? null;
  if (last.mac !== null) unit.db.run(updateBegin, last.seq, last.mac, seal);
  return old.length;
}

/** What went, for the owner to read. */
export function noteRetention(unit: Unit, input: Input<'noteRetention'>): void {
  appendAudit(unit, { kind: 'retention.remove', principal: 'gateway', details: { ...input } });
}
