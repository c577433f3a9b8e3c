import type { Journal, PersonTrace, PurgeRow, StoredArea } from '@cuttle/core-types/ports';
import { CuttleError } from '@cuttle/core-types/errors';
import { query } from '../../database.ts';
import { toPurgeRow } from '../../purges.ts';
import type { PurgeRecord } from '../../rows.ts';
import type { StoredAreaState } from '../../schema/purge.ts';
import { fromStored, toStored } from '../../stored-json.ts';
import { toSettled, type Unit } from '../../unit.ts';
import { appendAudit } from '../audit.ts';
import { purgeDeliveries } from './close-lane.ts';
import { mergeIndexes } from './merge-indexes.ts';
import type { PurgeArea } from './purge-area.ts';
import { purgeIdentities, purgeKept, purgeKeys, purgeUsage } from './purge-rows.ts';
import { purgeTranscripts } from './purge-transcripts.ts';
import { redactAudit } from './redact-audit.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];
type Output<Name extends keyof Journal> = Awaited<ReturnType<Journal[Name]>>;

const areas: Readonly<Record<StoredArea, PurgeArea>> = {
  transcripts: purgeTranscripts,
  deliveries: purgeDeliveries,
  keys: purgeKeys,
  kept: purgeKept,
  usage: purgeUsage,
  audit: redactAudit,
  search: mergeIndexes,
  identities: purgeIdentities,
};

const selectOpen = query<PurgeRecord>(
  `SELECT * FROM purge WHERE space = 'main' AND ended_at IS NULL ORDER BY begun_at LIMIT 100`,
);
const selectRow = query<PurgeRecord>(`SELECT * FROM purge WHERE space = 'main' AND id = ?`);
const insertRow = `INSERT INTO purge (id, trace, purged_by, areas, begun_at) VALUES (?, ?, ?, '[]', ?)`;

export function beginPurge(unit: Unit, input: Input<'beginPurge'>): PurgeRow {
  const { purgeId, trace, by } = input;
  const same = unit.db
    .list(selectOpen)
    .find((row) => row.id === purgeId || (row.trace && isSame(fromStored(row.trace), trace)));
  if (same) return toPurgeRow(same);
  unit.db.run(insertRow, purgeId, toStored(trace), by, unit.now);
  return toPurgeRow(requireOpen(unit, purgeId));
}

function isSame(left: PersonTrace, right: PersonTrace): boolean {
  return (
    left.principals.some((id) => right.principals.includes(id)) ||
    left.personIds.some((id) => right.personIds.includes(id))
  );
}

function requireOpen(
  unit: Unit,
  purgeId: string,
): PurgeRecord & { readonly trace: NonNullable<PurgeRecord['trace']> } {
  const row = unit.db.find(selectRow, purgeId);
  if (row?.trace) return { ...row, trace: row.trace };
  throw new CuttleError('request.not-found', `There is no purge ${purgeId} under way.`);
}

/** What a slice did and how far it came are one transaction: cut between two, the next one goes on. */
export function purgeSlice(unit: Unit, input: Input<'purgeSlice'>): Output<'purgeSlice'> {
  const { purgeId, area, words, limit } = input;
  const row = requireOpen(unit, purgeId);
  const known = fromStored(row.areas).find((one) => one.area === area);
  if (known?.done) return { count: 0, done: true, ...toSettled(unit) };
  const context = { unit, trace: fromStored(row.trace), purgeId, words, limit };
  const { count, next } = areas[area](context, known?.cursor ?? [0, 0]);
  unit.point('purge.after.slice');
  const done = next === undefined;
  putState(unit, row, { area, count, done, warnings: [], ...(next && { cursor: next }) });
  return { count, done, ...toSettled(unit) };
}

const updateAreas = `UPDATE purge SET areas = ? WHERE space = 'main' AND id = ?`;

function putState(unit: Unit, row: PurgeRecord, state: StoredAreaState): void {
  const states = fromStored(row.areas);
  const known = states.find(({ area }) => area === state.area);
  const next = {
    ...state,
    count: (known?.count ?? 0) + state.count,
    warnings: [...(known?.warnings ?? []), ...state.warnings],
  };
  const all = [...states.filter(({ area }) => area !== state.area), next];
  unit.db.run(updateAreas, toStored<readonly StoredAreaState[]>(all), row.id);
}

export function notePurge(unit: Unit, { purgeId, ...state }: Input<'notePurge'>): void {
  putState(unit, requireOpen(unit, purgeId), state);
}

const end = `UPDATE purge SET trace = NULL, ended_at = ? WHERE space = 'main' AND id = ?`;

export function endPurge(unit: Unit, { purgeId }: Input<'endPurge'>): PurgeRow {
  const row = unit.db.find(selectRow, purgeId);
  if (row && row.ended_at !== null) return toPurgeRow(row);
  const { areas: states, purged_by: by } = requireOpen(unit, purgeId);
  const counts = Object.fromEntries(fromStored(states).map(({ area, count }) => [area, count]));
  const details = { purge: purgeId, counts };
  appendAudit(unit, { kind: 'person.purge', principal: by, subject: `purge:${purgeId}`, details });
  unit.db.run(end, unit.now, purgeId);
  const ended = unit.db.find(selectRow, purgeId);
  if (!ended) throw new TypeError(`The row of purge ${purgeId} is gone.`);
  return toPurgeRow(ended);
}
