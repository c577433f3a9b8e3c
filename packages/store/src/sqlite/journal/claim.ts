import type { TaintSource } from '@cuttle/core-types';
import type { ClaimedRun } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord, RunRecord, StepRow } from '../rows.ts';
import { fromStored, toStored } from '../stored-json.ts';
import { addEvent, findSession, type LockedSession, type Unit } from '../unit.ts';
import { listBound, openStepWith, toBoundInput } from './bind.ts';
import { cancelExpired, findActiveRun, isAdmissible, taintOf } from './runs.ts';

/** The version of the rows under a run; a writer that does not know it leaves the run alone. */
const runFormat = 1;

/** Takes the session's run place: an unended run first, else the oldest queued message. */
export function claimRun(
  unit: Unit,
  input: { sessionId: string; fence: string; collectMax: number },
): ClaimedRun | undefined {
  const session = findSession(unit, input.sessionId);
  if (!session) return undefined;
  const active = findActiveRun(unit, session.id);
  if (active) return resumeRun(unit, session, { run: active, fence: input.fence });
  cancelExpired(unit, session);
  const rows = nextInputs(unit, session, input.collectMax);
  return rows.length === 0 ? undefined : startRun(unit, session, { rows, fence: input.fence });
}

function resumeRun(
  unit: Unit,
  session: LockedSession,
  claim: { readonly run: RunRecord; readonly fence: string },
): ClaimedRun | undefined {
  const { run, fence } = claim;
  const ours = run.state === 'leased' && run.boot === unit.boot;
  // The claim that made this lease, asked again: the same answer.
  if (ours && run.fence === fence) return toClaimed(unit, session, { run, resumed: true });
  const waits = run.state === 'parked' && (run.resume_at === null || run.resume_at > unit.now);
  if (ours || waits) return undefined;
  const taken = takeOver(unit, session, claim);
  return toClaimed(unit, session, { run: taken, resumed: true });
}

const updateLease = query<RunRecord>(
  `UPDATE run SET state = 'leased', fence = ?, last_fence = ?, boot = ?, attempt = ?, stalls = ?, wait = NULL, resume_at = NULL WHERE space = 'main' AND id = ? RETURNING *`,
);
const updateAttempt = query<StepRow>(
  `UPDATE step SET attempt = attempt + 1 WHERE space = 'main' AND run_id = ? AND state = 'open' RETURNING *`,
);

/** A new fence. A cut lease counts as an attempt; a step that was open is called again, with the same boundary. */
function takeOver(
  unit: Unit,
  session: LockedSession,
  claim: { readonly run: RunRecord; readonly fence: string },
): RunRecord {
  const { run, fence } = claim;
  const cut = Number(run.state === 'leased');
  const taken = unit.db.find(
    updateLease,
    fence,
    fence,
    unit.boot,
    run.attempt + cut,
    run.stalls + cut,
    run.id,
  );
  const open = unit.db.find(updateAttempt, run.id);
  if (open) {
    const ref = { step: open.n, attempt: open.attempt };
    addEvent(unit, session, { kind: 'step.restart', runId: run.id, ref });
  }
  return taken ?? run;
}

const selectQueue = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 ORDER BY seq LIMIT ?`,
);

/** The oldest queued row; where it collects, also those directly behind it that may be merged with it. */
function nextInputs(
  unit: Unit,
  session: LockedSession,
  collectMax: number,
): readonly InboundRecord[] {
  if (session.queued === 0) return [];
  const queue = unit.db.list(selectQueue, session.id, Math.max(1, collectMax));
  const [first] = queue;
  if (first?.mode !== 'collect') return first ? [first] : [];
  const end = queue.findIndex((row) => row.mode !== 'collect' || !isAdmissible(row, first));
  return end < 0 ? queue : queue.slice(0, end);
}

/** A new run, named after the first of `rows`. */
function startRun(
  unit: Unit,
  session: LockedSession,
  start: { readonly rows: readonly InboundRecord[]; readonly fence: string },
): ClaimedRun {
  const { rows, fence } = start;
  const [first] = rows;
  if (!first) throw new TypeError('A run needs an input.');
  const run = insertRun(unit, session, { first, fence, taint: taintOf(rows) });
  openStepWith(unit, session, { runId: run.id, step: 1, rows });
  return toClaimed(unit, session, { run, resumed: false, rows });
}

const insertRunRow =
  query<RunRecord>(`INSERT INTO run (id, session_id, generation, format, state, root, fence, last_fence, boot, attempt, stalls, stateless, taint, created_at)
VALUES (?, ?, ?, ?, 'leased', ?, ?, ?, ?, 1, 0, ?, ?, ?) RETURNING *`);

/** A leased run, named after an inbound whose sender, trust and route it takes. */
export function insertRun(
  unit: Unit,
  session: LockedSession,
  input: {
    readonly first: InboundRecord;
    readonly fence: string;
    readonly taint: readonly TaintSource[];
  },
): RunRecord {
  const { first, fence, taint } = input;
  const run = unit.db.find(
    insertRunRow,
    first.id,
    session.id,
    session.generation,
    runFormat,
    first.id,
    fence,
    fence,
    unit.boot,
    first.stateless,
    toStored(taint),
    unit.now,
  );
  if (!run) throw new TypeError('INSERT … RETURNING returned no run.');
  addEvent(unit, session, { kind: 'run.start', runId: run.id, ref: { inboundId: first.id } });
  return run;
}

const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);
const selectOpenStep = query<StepRow>(
  `SELECT * FROM step WHERE space = 'main' AND run_id = ? AND state = 'open'`,
);
const selectConversationKey = query<{ key: string }>(
  `SELECT key FROM conversation WHERE space = 'main' AND id = ?`,
);

/** A leased run as its owner gets it. */
export function toClaimed(
  unit: Unit,
  session: LockedSession,
  claim: {
    readonly run: RunRecord;
    readonly resumed: boolean;
    readonly rows?: readonly InboundRecord[];
  },
): ClaimedRun {
  const { run, resumed } = claim;
  const rows = claim.rows ?? listBound(unit, run.id);
  const first = rows.find((row) => row.id === run.id) ?? unit.db.find(selectInbound, run.id);
  if (!first) throw new TypeError(`Run ${run.id} has no inbound.`);
  const open = unit.db.find(selectOpenStep, run.id);
  const conversationKey =
    first.conversation_id === null
      ? undefined
      : unit.db.find(selectConversationKey, first.conversation_id)?.key;
  return {
    runId: run.id,
    sessionId: session.id,
    sessionKey: session.key,
    agentId: session.agent_id,
    generation: run.generation,
    model: session.model ?? undefined,
    fence: run.last_fence,
    attempt: run.attempt,
    stalls: run.stalls,
    resumed,
    principal: fromStored(first.principal),
    provenance: fromStored(first.provenance),
    taint: fromStored(run.taint),
    route: fromStored(first.route),
    conversationId: first.conversation_id ?? undefined,
    conversationKey,
    createdAt: run.created_at,
    inputs: rows.map(toBoundInput),
    open: open && { step: open.n, attempt: open.attempt, uptoSeq: open.upto_seq },
    events: unit.events,
  };
}
