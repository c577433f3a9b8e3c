import type { Reader, RecordSlice } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { beginParts, headParts, type ChainHead } from '../record-chain.ts';
import type { AuditRecord, SessionRecord, StoreRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { isAuditRowWhole, walkAudit } from '../verify-audit.ts';
import {
  crossGap,
  nameSwaps,
  startWalk,
  toSlice,
  type Walk,
  walkEntries,
} from '../verify-entries.ts';
import { toLimit, type View } from '../view.ts';

type Input<Name extends keyof Reader> = Parameters<Reader[Name]>[0];

const nothing: RecordSlice = {
  checked: 0,
  unchained: 0,
  purged: 0,
  redacted: 0,
  findings: [],
  next: undefined,
};

/** Without a key nothing can be said. */
const unknown: RecordSlice = {
  ...nothing,
  findings: [{ fault: 'unknown-key', seq: 0, uptoSeq: 0 }],
};

const selectSession = query<SessionRecord>(`SELECT * FROM session WHERE space = 'main' AND id = ?`);
const selectStore = query<StoreRecord>(`SELECT * FROM store`);

export function verifySession(view: View, input: Input<'verifySession'>): RecordSlice {
  const { seal } = view;
  const session = view.db.find(selectSession, input.sessionId);
  const store = view.db.find(selectStore);
  if (!seal) return unknown;
  if (!session || !store) return nothing;
  const chainedFrom = isBeginWhole(view, store) ? (store.records_from ?? 0) : 0;
  const walk = startWalk({ view, seal, sessionId: input.sessionId, chainedFrom }, input.cursor);
  const isEnd = walkEntries(walk);
  if (isEnd) checkEnd(walk, session);
  nameSwaps(walk);
  return toSlice(walk, isEnd);
}

/** Without it, a row that lost its mac could pass for one that never had any. */
export function isBeginWhole({ seal }: View, store: StoreRecord): boolean {
  if (store.records_seal === null) return false;
  return seal?.check(store.records_seal, beginParts(store)) === 'whole';
}

function checkEnd(walk: Walk, session: SessionRecord): void {
  const last = walk.seq;
  if (!isHeadWhole(walk, session)) {
    walk.findings.push({ fault: 'head', seq: session.next_entry, uptoSeq: session.next_entry });
  } else if (last >= session.next_entry) {
    // The head was replaced by an older one, and entries that came later are still there.
    walk.findings.push({ fault: 'rolled-back', seq: session.next_entry, uptoSeq: last });
  } else {
    if (last + 1 < session.next_entry) crossGap(walk, session.next_entry, 'cut');
    const isOther = !walk.lost && walk.mac !== session.chain_mac;
    if (isOther && walk.findings.length === 0)
      walk.findings.push({ fault: 'cut', seq: walk.seq, uptoSeq: walk.seq });
  }
  checkAnchor(walk, session);
}

function isHeadWhole({ seal, mac }: Walk, session: ChainHead & SessionRecord): boolean {
  const { chain_mac, chain_head } = session;
  if (chain_mac === null) return mac === null && session.chained === 0;
  return chain_head !== null && seal.check(chain_head, headParts(session)) === 'whole';
}

const selectAnchor = query<AuditRecord>(
  `SELECT * FROM audit WHERE space = 'main' AND subject = ? AND kind = 'session.anchor' ORDER BY seq DESC LIMIT 1`,
);
const selectMac = query<{ mac: string | null }>(
  `SELECT mac FROM entry WHERE space = 'main' AND session_id = ? AND seq = ?`,
);

/** What the audit knows of this session: it may be longer by now, never shorter or another one. */
function checkAnchor({ view, sessionId, findings }: Walk, session: SessionRecord): void {
  const row = view.db.find(selectAnchor, `session:${sessionId}`);
  if (!row || !isAuditRowWhole(view, row)) return;
  const anchor = toAnchor(row);
  if (anchor.next > session.next_entry)
    return void findings.push({
      fault: 'rolled-back',
      seq: session.next_entry,
      uptoSeq: anchor.next - 1,
    });
  const known = view.db.find(selectMac, sessionId, anchor.next - 1);
  if (known && known.mac !== anchor.mac)
    findings.push({ fault: 'rolled-back', seq: anchor.next - 1, uptoSeq: anchor.next - 1 });
}

/** As `anchorSessions` writes it; the row's mac was checked before. */
function toAnchor(row: AuditRecord): { readonly next: number; readonly mac: string } {
  const { next, mac } = Object(fromStored(row.details));
  return { next: Number(next), mac: String(mac) };
}

export function verifyAudit(view: View, input: Input<'verifyAudit'>): RecordSlice {
  const store = view.db.find(selectStore);
  if (!view.seal) return unknown;
  if (!store) return nothing;
  const slice = walkAudit(view, store, input.cursor);
  if (input.cursor !== undefined || isBeginWhole(view, store)) return slice;
  return { ...slice, findings: [{ fault: 'head', seq: 0, uptoSeq: 0 }, ...slice.findings] };
}

const selectAnchored = query<{ subject: string; id: string | null }>(
  `SELECT DISTINCT audit.subject, session.id FROM audit LEFT JOIN session ON session.space = 'main' AND session.id = substr(audit.subject, 9) WHERE audit.space = 'main' AND audit.subject > ? AND audit.subject < 'session;' ORDER BY audit.subject LIMIT ?`,
);
const selectRemoved = query<AuditRecord>(
  `SELECT * FROM audit WHERE space = 'main' AND subject = ? AND kind = 'session.delete' ORDER BY seq DESC LIMIT 1`,
);

export function listAnchored(
  view: View,
  input: Input<'listAnchored'>,
): Awaited<ReturnType<Reader['listAnchored']>> {
  const after = `session:${input.after ?? ''}`;
  return view.db.list(selectAnchored, after, toLimit(input.limit)).map(({ subject, id }) => ({
    sessionId: subject.slice('session:'.length),
    isThere: id !== null || wasRemoved(view, subject),
  }));
}

function wasRemoved(view: View, subject: string): boolean {
  const row = view.db.find(selectRemoved, subject);
  return row !== undefined && isAuditRowWhole(view, row);
}
