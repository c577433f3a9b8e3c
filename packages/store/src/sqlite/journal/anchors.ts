import { query } from '../database.ts';
import type { SessionRecord } from '../rows.ts';
import type { Unit } from '../unit.ts';
import { appendAudit } from './audit.ts';

/** How often the heads of sessions that were active are written into the audit. */
const everyMs = 15 * 60_000;
/** An answer soon after its question does not move a session up, so the last minutes are looked at again. */
const overlapMs = 2 * 60_000;
const mostAnchored = 50;

const selectAnchored = query<{ anchored_at: number }>(`SELECT anchored_at FROM store`);
const updateAnchored = `UPDATE store SET anchored_at = ?`;
const selectActive = query<
  Pick<SessionRecord, 'id' | 'next_entry' | 'chain_mac'> & { readonly active_at: number }
>(
  `SELECT id, next_entry, chain_mac, active_at FROM session WHERE space = 'main' AND archived = ? AND active_at IS NOT NULL AND active_at > ? ORDER BY active_at LIMIT ?`,
);

/**
 * Says in the audit how long the chains of active sessions are, so that a session which is put back to an earlier state,
 * head and all, contradicts a row elsewhere.
 */
export function anchorSessions(unit: Unit): void {
  if (!unit.seal) return;
  const last = unit.db.find(selectAnchored)?.anchored_at ?? 0;
  if (Math.abs(unit.now - last) < everyMs) return;
  const rows = [0, 1]
    .flatMap((archived) => unit.db.list(selectActive, archived, last - overlapMs, mostAnchored))
    .toSorted((left, right) => left.active_at - right.active_at)
    .slice(0, mostAnchored);
  for (const { id, next_entry: next, chain_mac: mac } of rows)
    if (mac !== null)
      appendAudit(unit, {
        kind: 'session.anchor',
        principal: 'gateway',
        subject: `session:${id}`,
        details: { next, mac },
      });
  const end = rows.length === mostAnchored ? rows.at(-1)?.active_at : undefined;
  // The overlap is taken off again at the next time, so it is put on where a page was full.
  unit.db.run(updateAnchored, end === undefined ? unit.now : end + overlapMs);
}
