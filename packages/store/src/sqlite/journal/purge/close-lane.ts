import { query } from '../../database.ts';
import { namesPerson } from '../../person-match.ts';
import type { ConversationRecord } from '../../rows.ts';
import type { Unit } from '../../unit.ts';
import { blankOutbound } from './blank-run.ts';
import type { PurgeArea } from './purge-area.ts';

/** Keys of lanes that lead nowhere any more: their rows stay, without words, as the order of what was sent. */
const closedPrefix = 'purged:';

const close = `UPDATE conversation SET key = ?, target = 'null' WHERE space = 'main' AND id = ? AND is_group = 0 AND key NOT LIKE 'purged:%'`;

const withdraw = `UPDATE outbound SET state = 'withdrawn', settled_at = created_at WHERE space = 'main' AND conversation_id = ? AND state = 'prepared'`;

/** A chat with the person alone: nothing more is sent there, and its address is forgotten. A group's stays. */
export function closeLane({ db }: Unit, conversationId: string): boolean {
  const isClosed = db.run(close, `${closedPrefix}${conversationId}`, conversationId) > 0;
  if (isClosed) db.run(withdraw, conversationId);
  return isClosed;
}

type Lane = Pick<ConversationRecord, 'id' | 'account_id' | 'key' | 'is_group'> & {
  readonly row: number;
};
const selectLanes = query<Lane>(
  `SELECT rowid AS row, id, account_id, key, is_group FROM conversation WHERE rowid > ? ORDER BY rowid LIMIT 1`,
);
const selectWords = query<{ id: string; seq: number }>(
  `SELECT id, seq FROM outbound WHERE space = 'main' AND conversation_id = ? AND seq > ? AND (body <> '{"v":1,"text":"","payload":null}' OR receipt <> '{"messageId":""}' OR state = 'held') ORDER BY seq LIMIT ?`,
);

/** The words and receipts of what was sent to the person. The cursor: the lane before, and the last row of the lane. */
export const purgeDeliveries: PurgeArea = ({ unit, trace, limit }, [row, seq]) => {
  let [after, from, count] = [row, seq, 0];
  for (let looked = 0; looked < limit; looked += 1) {
    const lane = unit.db.find(selectLanes, after);
    if (!lane) return { count, next: undefined };
    if (!isTheirs(lane)) {
      [after, from] = [lane.row, 0];
      continue;
    }
    closeLane(unit, lane.id);
    const page = unit.db.list(selectWords, lane.id, from, limit);
    for (const { id } of page) blankOutbound(unit.db, id);
    count += page.length;
    const last = page.at(-1);
    if (page.length === limit && last) return { count, next: [after, last.seq] };
    [after, from] = [lane.row, 0];
  }
  return { count, next: [after, from] };

  function isTheirs(lane: Lane): boolean {
    if (lane.is_group === 1) return false;
    const accounts = trace.accounts.filter(({ accountId }) => accountId === lane.account_id);
    return lane.key.startsWith(closedPrefix) || namesPerson(lane.key, { ...trace, accounts });
  }
};
