import type { TaintSource } from '@cuttle/core-types';
import type { ClaimedRun, ClaimInput } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { pinsInForce } from '../pins.ts';
import type { InboundRecord, RunRecord, StepRow, SubagentRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { addEvent, findSession, findSessionByKey, type LockedSession, type Unit } from '../unit.ts';
import { listBound, openStepWith, toBoundInput } from './bind.ts';
import { renewSession } from './renew.ts';
import { findBegun, findSubagentOfCall, noteRun, toClaimedSubagent } from './subagent-rows.ts';
import { cancelExpired, findActiveRun, isAdmissible, taintOf, taintSession } from './runs.ts';

/** The version of the rows under a run; a writer that does not know it leaves the run alone. */
const runFormat = 1;

/** Takes the session's run place: an unended run first, else the oldest queued message. */
export function claimRun(unit: Unit, input: ClaimInput): ClaimedRun | undefined {
  const session =
    input.sessionKey === undefined
      ? findSession(unit, input.sessionId)
      : findSessionByKey(unit, input.sessionKey);
  if (!session) return undefined;
  const active = findActiveRun(unit, session.id);
  if (active) return resumeRun(unit, session, { ...input, run: active });
  const rows = nextInputs(unit, session, input.collectMax);
  return rows.length === 0 ? undefined : startRun(unit, session, { rows, fence: input.fence });
}

type Takeover = Pick<ClaimInput, 'fence' | 'cutTogether'> & { readonly run: RunRecord };

function resumeRun(unit: Unit, session: LockedSession, claim: Takeover): ClaimedRun | undefined {
  const { run, fence } = claim;
  const ours = run.state === 'leased' && run.boot === unit.boot;
  // The claim that made this lease, asked again: the same answer.
  if (ours && run.fence === fence) return toResumed(unit, session, run);
  // A newer version began it: its rows are not ours to read.
  if (run.format > runFormat) return undefined;
  const waits = run.state === 'parked' && (run.resume_at === null || run.resume_at > unit.now);
  if (ours || waits) return undefined;
  return toResumed(unit, session, takeOver(unit, session, claim));
}

const selectOpenStep = query<StepRow>(
  `SELECT * FROM step WHERE space = 'main' AND run_id = ? AND state = 'open'`,
);

function toResumed(unit: Unit, session: LockedSession, run: RunRecord): ClaimedRun {
  const rows = listBound(unit, run.id);
  const step = unit.db.find(selectOpenStep, run.id);
  const open = step && {
    step: step.n,
    attempt: step.attempt,
    ...(step.counted !== null &&
      step.counted < step.attempt - 1 && { hasUncounted: true as const }),
    uptoSeq: step.upto_seq,
    summaryUpto: step.summary_upto ?? undefined,
  };
  return toClaimed(unit, session, { run, rows, open, resumed: true });
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
  { run, fence, cutTogether = false }: Takeover,
): RunRecord {
  const cut = Number(run.state === 'leased');
  const stalls = run.stalls + cut;
  const taken = unit.db.find(
    updateLease,
    fence,
    fence,
    unit.boot,
    run.attempt + cut,
    cutTogether && stalls === 2 ? 1 : stalls,
    run.id,
  );
  const open = unit.db.find(updateAttempt, run.id);
  if (open) {
    const ref = { step: open.n, attempt: open.attempt };
    addEvent(unit, session, { kind: 'step.restart', runId: run.id, ref });
  }
  return taken ?? run;
}

const queueOf = `SELECT * FROM inbound WHERE space = 'main' AND session_id = ? AND state = 'queued' AND control = 0 ORDER BY seq`;
// Limits are literals: with a bound one SQLite plans the statement anew at each call.
const selectOldest = query<InboundRecord>(`${queueOf} LIMIT 1`);
const selectQueue = query<InboundRecord>(`${queueOf} LIMIT 100`);

/** The oldest queued row; where it collects, also those directly behind it that may be merged with it. */
function nextInputs(
  unit: Unit,
  session: LockedSession,
  collectMax: number,
): readonly InboundRecord[] {
  const first = oldest(unit, session);
  if (!first || isFollowing(unit, first)) return [];
  if (first.mode !== 'collect') return [first];
  const queue = unit.db.list(selectQueue, session.id).slice(0, Math.max(1, collectMax));
  const end = queue.findIndex((row) => row.mode !== 'collect' || !isAdmissible(row, first));
  return end < 0 ? queue : queue.slice(0, end);
}

const selectUnended = query<{ one: number }>(
  `SELECT 1 AS one FROM inbound WHERE space = 'main' AND id = ? AND (state = 'queued' OR state = 'bound')`,
);

/** Whether what is to be answered first is not answered yet. */
function isFollowing({ db }: Unit, { after_id: after }: InboundRecord): boolean {
  return after !== null && db.find(selectUnended, after) !== undefined;
}

/** Nothing queued is past its time once this was asked. */
function oldest(unit: Unit, session: LockedSession): InboundRecord | undefined {
  cancelExpired(unit, session);
  return session.queued === 0 ? undefined : unit.db.find(selectOldest, session.id);
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
  if (first.renews === 1) renewSession(unit, session);
  const run = insertRun(unit, session, { first, fence, sources: taintOf(rows) });
  const { uptoSeq, summaryUpto } = openStepWith(unit, session, { runId: run.id, step: 1, rows });
  const open = { step: 1, attempt: 1, uptoSeq, summaryUpto };
  return toClaimed(unit, session, { run, rows, open, resumed: false });
}

const insertRunRow = `INSERT INTO run (id, session_id, generation, format, state, parent_call, root, fence, last_fence, boot, attempt, stalls, stateless, taint, created_at)
VALUES (?, ?, ?, ?, 'leased', ?, ?, ?, ?, ?, 1, 0, ?, ?, ?)`;

/** What an owner is told of its run's row. */
type LeasedRun = Pick<
  RunRecord,
  'id' | 'generation' | 'parent_call' | 'last_fence' | 'attempt' | 'stalls' | 'taint' | 'created_at'
>;

/** A leased run, named after an inbound whose sender, trust and route it takes. */
export function insertRun(
  unit: Unit,
  session: LockedSession,
  input: {
    readonly first: InboundRecord;
    readonly fence: string;
    /** What its inputs bring, beside what the session holds already. */
    readonly sources: readonly TaintSource[];
    /** The sub-agent that it works on in the place of another run. */
    readonly child?: SubagentRecord | undefined;
  },
): LeasedRun {
  const { first, fence } = input;
  const { id } = first;
  const { generation } = session;
  const taint = taintSession(session, input.sources);
  const { child = findBegun(unit, first) } = input;
  const parentCall = child?.parent_call ?? null;
  unit.db.run(
    insertRunRow,
    id,
    session.id,
    generation,
    runFormat,
    parentCall,
    child?.root ?? id,
    fence,
    fence,
    unit.boot,
    first.stateless,
    taint,
    unit.now,
  );
  if (child) noteRun(unit, child, id);
  addEvent(unit, session, { kind: 'run.start', runId: id, ref: { inboundId: id } });
  return {
    id,
    generation,
    parent_call: parentCall,
    last_fence: fence,
    attempt: 1,
    stalls: 0,
    taint,
    created_at: unit.now,
  };
}

const selectInbound = query<InboundRecord>(`SELECT * FROM inbound WHERE space = 'main' AND id = ?`);
const selectConversationKey = query<{ key: string }>(
  `SELECT key FROM conversation WHERE space = 'main' AND id = ?`,
);

/** A leased run as its owner gets it. */
export function toClaimed(
  unit: Unit,
  session: LockedSession,
  claim: {
    readonly run: LeasedRun;
    readonly resumed: boolean;
    readonly rows: readonly InboundRecord[];
    readonly open: ClaimedRun['open'];
  },
): ClaimedRun {
  const { run, resumed, rows, open } = claim;
  const first = rows.find((row) => row.id === run.id) ?? unit.db.find(selectInbound, run.id);
  if (!first) throw new TypeError(`Run ${run.id} has no inbound.`);
  const conversationKey =
    first.conversation_id === null
      ? undefined
      : unit.db.find(selectConversationKey, first.conversation_id)?.key;
  const child = run.parent_call === null ? undefined : findSubagentOfCall(unit, run.parent_call);
  return {
    runId: run.id,
    sessionId: session.id,
    sessionKey: session.key,
    agentId: session.agent_id,
    generation: run.generation,
    model: session.model ?? undefined,
    persona: session.persona ?? undefined,
    thinking: session.thinking ?? undefined,
    orders: pinsInForce(unit.db, { agentId: session.agent_id, sessionKey: session.key }).map(
      ({ text }) => text,
    ),
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
    contextScale: session.context_scale ?? undefined,
    inputs: rows.map(toBoundInput),
    subagent: child && toClaimedSubagent(unit, child),
    open,
    events: unit.events,
  };
}
