import type { AcceptResult, Journal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import { toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';
import { acceptInbound } from './accept.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];

const selectByKey = query<{ id: string }>(
  `SELECT id FROM schedule WHERE space = 'main' AND key = ?`,
);
const insertSchedule = `INSERT INTO schedule (id, key, owner, session_key, agent_id, text, principal, provenance, route, conversation, next_at, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** A schedule; one key makes one schedule, also after it fired or was cancelled. */
export function putSchedule(unit: Unit, draft: Input<'putSchedule'>): { scheduleId: string } {
  const known = unit.db.find(selectByKey, draft.key);
  if (known) return { scheduleId: known.id };
  unit.db.run(
    insertSchedule,
    draft.scheduleId,
    draft.key,
    draft.owner,
    draft.sessionKey,
    draft.agentId,
    draft.text,
    toStored(draft.principal),
    toStored(draft.provenance),
    toStored(draft.route),
    draft.conversation ? toStored(draft.conversation) : null,
    draft.nextAt,
    unit.now,
  );
  return { scheduleId: draft.scheduleId };
}

const cancel = `UPDATE schedule SET next_at = NULL, revision = revision + 1 WHERE space = 'main' AND id = ? AND owner = ? AND next_at IS NOT NULL`;

export function cancelSchedule(unit: Unit, input: Input<'cancelSchedule'>): boolean {
  return unit.db.run(cancel, input.scheduleId, input.owner) > 0;
}

const selectDue = query<{ id: string }>(
  `SELECT id FROM schedule WHERE space = 'main' AND id = ? AND revision = ? AND next_at = ?`,
);
const advance = `UPDATE schedule SET last_at = next_at, next_at = NULL WHERE space = 'main' AND id = ?`;

/** The firing is an inbound, inserted in the compare-and-set that advances the schedule. A busy store lets it fire later. */
export function fireSchedule(unit: Unit, input: Input<'fireSchedule'>): AcceptResult | undefined {
  const { scheduleId, revision, instant } = input;
  if (!unit.db.find(selectDue, scheduleId, revision, instant)) return undefined;
  const result = acceptInbound(unit, input.accept);
  if (result.kind !== 'busy') unit.db.run(advance, scheduleId);
  return result;
}
