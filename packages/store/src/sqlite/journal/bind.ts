import type { BoundInput, OpenedStep } from '@cuttle/core-types/ports';

import { query } from '../database.ts';
import type { InboundRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import { addEvent, type LockedSession, type Unit } from '../unit.ts';
import { appendInput } from './transcript.ts';

const bindInbound = `UPDATE inbound SET state = 'bound', run_id = ? WHERE space = 'main' AND id = ?`;
const insertStep = `INSERT INTO step (run_id, n, state, attempt, counted, upto_seq, summary_upto, opened_at) VALUES (?, ?, 'open', 1, 0, ?, ?, ?)`;

/**
 * Opens a step with its boundary and binds its inputs, which enter the transcript below that boundary.
 * What else belongs below it (results) has been appended before.
 */
export function openStepWith(
  unit: Unit,
  session: LockedSession,
  input: { readonly runId: string; readonly step: number; readonly rows: readonly InboundRecord[] },
): Pick<OpenedStep, 'uptoSeq' | 'summaryUpto' | 'bound'> {
  const { runId, step, rows } = input;
  const uptoSeq = session.next_entry - 1 + rows.length;
  unit.db.run(insertStep, runId, step, uptoSeq, session.summary_upto, unit.now);
  const bound = rows.map(toBoundInput);
  for (const row of rows) {
    unit.db.run(bindInbound, runId, row.id);
    appendInput(unit, session, { runId, step, row });
  }
  session.queued -= rows.length;
  unit.queued -= rows.length;
  const detail = rows.length === 0 ? {} : { detail: { inbounds: rows.map((row) => row.id) } };
  addEvent(unit, session, { kind: 'step.start', runId, ref: { step, attempt: 1, ...detail } });
  return { uptoSeq, summaryUpto: session.summary_upto ?? undefined, bound };
}

export function toBoundInput(row: InboundRecord): BoundInput {
  return {
    inboundId: row.id,
    externalId: row.external_id,
    body: fromStored(row.body),
    ...(row.subagent_id !== null && { subagentId: row.subagent_id }),
  };
}

const selectBound = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND run_id = ?`,
);
const selectBoundIds = query<Pick<InboundRecord, 'id' | 'seq'>>(
  `SELECT id, seq FROM inbound WHERE space = 'main' AND run_id = ?`,
);

/** Every inbound of a run, in order of acceptance. Sorted here: a run has few, and SQLite would build a table. */
export function listBound(unit: Unit, runId: string): InboundRecord[] {
  return unit.db.list(selectBound, runId).toSorted((left, right) => left.seq - right.seq);
}

export function listBoundIds(unit: Unit, runId: string): string[] {
  const rows = unit.db.list(selectBoundIds, runId);
  return rows.toSorted((left, right) => left.seq - right.seq).map(({ id }) => id);
}
