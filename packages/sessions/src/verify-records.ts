import { CuttleError } from '@cuttle/core-types/errors';
import type { Reader, RecordCursor, RecordFinding, RecordSlice } from '@cuttle/core-types/ports';

/** What a chain holds and what is wrong with it. */
export interface ChainReport {
  readonly checked: number;
  readonly unchained: number;
  readonly purged: number;
  readonly redacted: number;
  readonly findings: readonly RecordFinding[];
}
export interface SessionChainReport extends ChainReport {
  readonly sessionId: string;
  /** Absent for a session that is gone without a record of its removal. */
  readonly sessionKey: string | undefined;
}
export interface RecordsReport {
  /** The one that was asked for, else those with a fault or with removed or unchained entries. */
  readonly sessions: readonly SessionChainReport[];
  readonly sessionsChecked: number;
  /** Sums over all sessions that were checked. */
  readonly total: Omit<ChainReport, 'findings'>;
  readonly audit: ChainReport;
  readonly whole: boolean;
}

type RecordsSource = Pick<
  Reader,
  'findSession' | 'listSessions' | 'verifySession' | 'verifyAudit' | 'listAnchored'
>;

const pageSize = 500;
/** Faulty sessions that are named; `whole` is right however many there are. */
const mostNamed = 1_000;

/**
 * Checks the chain of a session, or of all, and of the audit, slice by slice. A session that is checked while its run goes on is no fault.
 * Throws `session.not-found`.
 */
export async function verifyRecords(
  reader: RecordsSource,
  input: { readonly sessionKey?: string | undefined },
  signal: AbortSignal,
): Promise<RecordsReport> {
  const audit = await readChain((cursor) => reader.verifyAudit({ cursor }), signal);
  const total = { checked: 0, unchained: 0, purged: 0, redacted: 0 };
  const sessions: SessionChainReport[] = [];
  let sessionsChecked = 0;
  let isWhole = audit.findings.length === 0;
  for await (const report of readSessions(reader, input.sessionKey, signal)) {
    sessionsChecked += 1;
    total.checked += report.checked;
    total.unchained += report.unchained;
    total.purged += report.purged;
    total.redacted += report.redacted;
    isWhole &&= report.findings.length === 0;
    const isNamed =
      report.findings.length > 0 || report.purged + report.redacted + report.unchained > 0;
    if ((isNamed || input.sessionKey !== undefined) && sessions.length < mostNamed)
      sessions.push(report);
  }
  return { sessions, sessionsChecked, total, audit, whole: isWhole };
}

async function* readSessions(
  reader: RecordsSource,
  sessionKey: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<SessionChainReport> {
  if (sessionKey !== undefined) {
    const session = await reader.findSession(sessionKey);
    if (!session)
      throw new CuttleError('session.not-found', `There is no session "${sessionKey}".`);
    return yield await readSession(reader, session, signal);
  }
  for await (const session of everySession(reader))
    yield await readSession(reader, session, signal);
  yield* missingSessions(reader);
}

interface Named {
  readonly sessionId: string;
  readonly sessionKey: string;
}

/** Each once, also those that become active, and so move up in the list, while others are checked. */
async function* everySession(reader: RecordsSource): AsyncGenerator<Named> {
  const seen = new Set<string>();
  for (let isMore = true; isMore;) {
    isMore = false;
    let before: string | undefined;
    do {
      const page = await reader.listSessions({ limit: pageSize, before });
      const fresh = page.sessions.filter(({ sessionId }) => !seen.has(sessionId));
      for (const session of fresh) {
        seen.add(session.sessionId);
        isMore = true;
        yield session;
      }
      before = page.next;
    } while (before !== undefined);
  }
}

/** The audit knows of sessions that are not there: that must have been said. */
async function* missingSessions(reader: RecordsSource): AsyncGenerator<SessionChainReport> {
  let after: string | undefined;
  for (;;) {
    const page = await reader.listAnchored({ limit: pageSize, after });
    for (const { sessionId, isThere } of page)
      if (!isThere) yield { sessionId, sessionKey: undefined, ...gone };
    after = page.at(-1)?.sessionId;
    if (page.length < pageSize) return;
  }
}

const gone: ChainReport = {
  checked: 0,
  unchained: 0,
  purged: 0,
  redacted: 0,
  findings: [{ fault: 'missing', seq: 0, uptoSeq: 0 }],
};

async function readSession(
  reader: RecordsSource,
  { sessionId, sessionKey }: Named,
  signal: AbortSignal,
): Promise<SessionChainReport> {
  const chain = await readChain((cursor) => reader.verifySession({ sessionId, cursor }), signal);
  return { sessionId, sessionKey, ...chain };
}

async function readChain(
  read: (cursor: RecordCursor | undefined) => Promise<RecordSlice>,
  signal: AbortSignal,
): Promise<ChainReport> {
  const sum = { checked: 0, unchained: 0, purged: 0, redacted: 0 };
  const findings: RecordFinding[] = [];
  let cursor: RecordCursor | undefined;
  do {
    signal.throwIfAborted();
    const slice = await read(cursor);
    sum.checked += slice.checked;
    sum.unchained += slice.unchained;
    sum.purged += slice.purged;
    sum.redacted += slice.redacted;
    for (const finding of slice.findings) addFinding(findings, finding);
    cursor = slice.next;
  } while (cursor);
  return { ...sum, findings };
}

const mostFindings = 100;

/** A fault that goes on in the next slice is one. */
function addFinding(findings: RecordFinding[], finding: RecordFinding): void {
  const last = findings.at(-1);
  if (last?.fault === finding.fault && last.uptoSeq === finding.seq - 1)
    findings.splice(-1, 1, { ...last, uptoSeq: finding.uptoSeq });
  else if (findings.length < mostFindings) findings.push(finding);
}
