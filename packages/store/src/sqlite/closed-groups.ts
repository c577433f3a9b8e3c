import { type Database, query } from './database.ts';

/** A run that has ended, with all that was said and done in it, and nothing of it still under way. */
export interface ClosedGroup {
  readonly runId: string;
  readonly sessionId: string;
  readonly entries: readonly { readonly seq: number; readonly mac: string | null }[];
  /** Characters of what was said, called and answered. */
  readonly chars: number;
}

/** Which groups go: ended before a time, or the oldest of them until so many characters went. */
export interface GroupRule {
  readonly before: number;
  readonly wantChars: number;
  readonly keepArchived: boolean;
}

export interface GroupSlice {
  readonly groups: readonly ClosedGroup[];
  /** The last entry that was looked at; undefined at the end. */
  readonly next: number | undefined;
}

interface Head {
  readonly row: number;
  readonly run_id: string;
  readonly session_id: string;
  readonly ended_at: number | null;
  readonly archived: number;
}

/** The first entries of runs, in the order in which they were written. */
const selectHeads = query<Head>(
  `SELECT entry.row, entry.run_id, entry.session_id, run.ended_at, session.archived FROM entry
JOIN run ON run.space = 'main' AND run.id = entry.run_id JOIN session ON session.space = 'main' AND session.id = entry.session_id
WHERE entry.row > ? AND entry.inbound_id = entry.run_id ORDER BY entry.row LIMIT ?`,
);
const selectEntries = query<{ seq: number; mac: string | null }>(
  `SELECT seq, mac FROM entry WHERE space = 'main' AND run_id = ? ORDER BY seq`,
);
const selectInUse = query<{ used: number }>(
  `SELECT 1 AS used FROM outbound WHERE space = 'main' AND origin > ?1 || ':' AND origin < ?1 || ';' AND (state = 'prepared' OR state = 'sending' OR state = 'ambiguous' OR state = 'held')
UNION ALL SELECT 1 FROM lineage WHERE space = 'main' AND source_id = ?2 AND after_seq < ?4 AND upto_seq >= ?3
UNION ALL SELECT 1 FROM subagent WHERE space = 'main' AND parent_session = ?2 AND parent_run = ?1
UNION ALL SELECT 1 FROM subagent WHERE space = 'main' AND session_id = ?2 LIMIT 1`,
);
const sumChars = query<{ chars: number }>(
  `SELECT coalesce((SELECT sum(length(body)) FROM inbound WHERE space = 'main' AND run_id = ?1), 0)
+ coalesce((SELECT sum(length(answer)) FROM step WHERE space = 'main' AND run_id = ?1), 0)
+ coalesce((SELECT sum(length(input) + length(coalesce(result, ''))) FROM call WHERE space = 'main' AND run_id = ?1), 0) AS chars`,
);

/** Entries of one slice, or one run where that has more. */
const mostEntries = 20;

/**
 * The next groups that a rule takes, the oldest first, out of the next `limit` runs. Left out: what still runs or is being delivered,
 * what another transcript begins with, what sub-agents were asked or were made by, and archived sessions where they are kept.
 */
export function listClosedGroups(
  db: Database,
  rule: GroupRule & { readonly after: number; readonly limit: number },
): GroupSlice {
  const heads = db.list(selectHeads, rule.after, rule.limit);
  const groups: ClosedGroup[] = [];
  let [wanted, entries] = [rule.wantChars, 0];
  for (const [at, head] of heads.entries()) {
    // Enough for one slice: the next begins here.
    if (entries >= mostEntries) return { groups, next: heads[at - 1]?.row };
    if (head.ended_at === null || (rule.keepArchived && head.archived === 1)) continue;
    if (head.ended_at > rule.before && wanted <= 0) continue;
    const group = toGroup(db, head);
    if (!group) continue;
    groups.push(group);
    wanted -= group.chars;
    entries += group.entries.length;
  }
  return { groups, next: heads.length === rule.limit ? heads.at(-1)?.row : undefined };
}

function toGroup(
  db: Database,
  { run_id: runId, session_id: sessionId }: Head,
): ClosedGroup | undefined {
  const entries = db.list(selectEntries, runId);
  const [first, last] = [entries[0]?.seq ?? 0, entries.at(-1)?.seq ?? 0];
  if (db.find(selectInUse, runId, sessionId, first, last)) return undefined;
  return { runId, sessionId, entries, chars: db.find(sumChars, runId)?.chars ?? 0 };
}
