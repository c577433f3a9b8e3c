import type { RecordCursor, RecordFinding, RecordSlice } from '@cuttle/core-types/ports';
import { query } from './database.ts';
import { auditDigestParts, auditHeadParts, auditParts } from './record-chain.ts';
import type { AuditRecord, StoreRecord } from './rows.ts';
import { fromStored } from './stored-json.ts';
import type { View } from './view.ts';

const mostRows = 200;

const selectNext = query<AuditRecord>(
  `SELECT * FROM audit WHERE space = 'main' AND seq > ? ORDER BY seq LIMIT ?`,
);

/** A walk along the audit: where it is, and what it found. */
interface Walk {
  readonly view: View;
  /** Rows up to this one are older than the chain. */
  readonly begin: number;
  readonly findings: RecordFinding[];
  seq: number;
  mac: string | null;
  checked: number;
  unchained: number;
  redacted: number;
}

/** The next slice of the audit's chain, and at its end the head. */
export function walkAudit(
  view: View,
  store: StoreRecord,
  cursor: RecordCursor | undefined,
): RecordSlice {
  const begin = store.records_audit ?? 0;
  const cut = store.records_audit_mac;
  const from = cursor ?? { seq: cut === null ? 0 : begin, mac: cut };
  const counts = { checked: 0, unchained: 0, redacted: 0 };
  const { seq, mac = null } = from;
  const walk: Walk = { view, begin, findings: [], seq, mac, ...counts };
  const rows = view.db.list(selectNext, seq, mostRows);
  for (const row of rows) passRow(walk, row);
  const { checked, unchained, redacted, findings } = walk;
  const slice = { checked, unchained, redacted, findings };
  if (rows.length === mostRows) {
    const next = { seq: walk.seq, ...(walk.mac !== null && { mac: walk.mac }) };
    return { ...slice, purged: 0, next };
  }
  checkHead(walk, store);
  return { ...slice, purged: cut === null ? 0 : begin, next: undefined };
}

function passRow(walk: Walk, row: AuditRecord): void {
  const { view, findings, seq, mac } = walk;
  const isLost = row.seq > seq + 1;
  if (isLost) findings.push({ fault: 'missing', seq: seq + 1, uptoSeq: row.seq - 1 });
  walk.seq = row.seq;
  if (row.mac === null && row.seq <= walk.begin) {
    walk.unchained += 1;
    return;
  }
  const fault = faultOf(view, row, isLost ? undefined : mac);
  if (fault) findings.push({ fault, seq: row.seq, uptoSeq: row.seq });
  if (row.redacted_by !== null) walk.redacted += 1;
  walk.checked += 1;
  walk.mac = row.mac;
}

function checkHead({ view, findings, seq, mac }: Walk, store: StoreRecord): void {
  if (!isHeadWhole(view, store)) findings.push({ fault: 'head', seq, uptoSeq: seq });
  else if (mac !== store.audit_mac && findings.length === 0)
    findings.push({ fault: 'cut', seq: seq + 1, uptoSeq: seq + 1 });
}

function isHeadWhole({ seal }: View, store: StoreRecord): boolean {
  if (store.audit_mac === null) return store.audit_count === 0;
  const { audit_head } = store;
  return audit_head !== null && seal?.check(audit_head, auditHeadParts(store)) === 'whole';
}

/** `before` undefined: what stood before is gone, so the row's place in the chain cannot be checked. */
function faultOf(
  view: View,
  row: AuditRecord,
  before: string | null | undefined,
): RecordFinding['fault'] | undefined {
  if (row.mac === null || row.digest === null || !view.seal) return 'unsealed';
  const place = before === undefined ? 'whole' : view.seal.check(row.mac, auditParts(before, row));
  if (place !== 'whole') return place;
  const words = view.seal.check(row.digest, auditDigestParts(row));
  if (words === 'whole' || (words === 'changed' && wasRedacted(view, row))) return undefined;
  return words;
}

const selectRow = query<AuditRecord>(`SELECT * FROM audit WHERE seq = ?`);

/** Names were taken out of it by a row that says so itself. */
function wasRedacted(view: View, row: AuditRecord): boolean {
  if (row.redacted_by === null) return false;
  const by = view.db.find(selectRow, row.redacted_by);
  if (by?.kind !== 'audit.redact' || !isAuditRowWhole(view, by)) return false;
  const details = fromStored(by.details);
  const rows = details instanceof Object && 'rows' in details ? details['rows'] : [];
  return Array.isArray(rows) && rows.includes(row.seq);
}

const selectBefore = query<{ mac: string | null }>(
  `SELECT mac FROM audit WHERE space = 'main' AND seq < ? ORDER BY seq DESC LIMIT 1`,
);
const selectCut = query<{ mac: string | null }>(`SELECT records_audit_mac AS mac FROM store`);

/** One row by itself: its words, and its place behind the row before it. */
export function isAuditRowWhole(view: View, row: AuditRecord): boolean {
  const { seal, db } = view;
  if (!seal || row.mac === null || row.digest === null) return false;
  if (seal.check(row.digest, auditDigestParts(row)) !== 'whole') return false;
  const before = db.find(selectBefore, row.seq)?.mac ?? db.find(selectCut)?.mac ?? null;
  return seal.check(row.mac, auditParts(before, row)) === 'whole';
}
