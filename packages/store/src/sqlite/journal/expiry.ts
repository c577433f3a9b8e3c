import type { DeliveryClaim, Journal } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ConversationRecord, OutboundRecord } from '../rows.ts';
import { fromStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';
import { addOutbounds } from './outbound.ts';

/** Begins the origin of a digest; one that comes too late itself is not told of again. */
const digestOrigin = 'digest:';
/** Rows in one step; a lane with more of them is looked at again. */
const mostRows = 200;

const selectTooOld = query<OutboundRecord>(
  `SELECT * FROM outbound INDEXED BY outbound_lane WHERE space = 'main' AND conversation_id = ? AND state = 'prepared' AND expires_at <= ? ORDER BY seq LIMIT ?`,
);
const selectLastSent = query<{ seq: number }>(
  `SELECT seq FROM outbound WHERE space = 'main' AND conversation_id = ? AND state = 'sent' ORDER BY seq DESC LIMIT 1`,
);
const selectGivenUp = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND conversation_id = ? AND seq > ? AND state = 'dead' AND reason = 'expired' ORDER BY seq LIMIT ?`,
);

/** Whether a person misses this row: what takes away something visible, or acts on it, is missed by nobody. */
export function isMissed({ kind, origin, body }: OutboundRecord): boolean {
  if ((kind !== 'send' && kind !== 'edit') || origin.startsWith(digestOrigin)) return false;
  return fromStored(body).act === undefined;
}

/** What is too old in a lane, and what was given up before without the person knowing: nothing has reached them since. */
export function claimExpired(
  unit: Unit,
  conversation: ConversationRecord,
): Extract<DeliveryClaim, { kind: 'expired' }> {
  const { db, now } = unit;
  const rows = db.list(selectTooOld, conversation.id, now, mostRows);
  const since = db.find(selectLastSent, conversation.id)?.seq ?? 0;
  const before = db.list(selectGivenUp, conversation.id, since, mostRows);
  return {
    kind: 'expired',
    conversationId: conversation.id,
    conversation: {
      accountId: conversation.account_id,
      key: conversation.key,
      target: fromStored(conversation.target),
      group: conversation.is_group === 1,
    },
    outboundIds: rows.map(({ id }) => id),
    // Of an answer in several parts its beginning.
    missed: [...before, ...rows]
      .filter((row) => isMissed(row) && row.part === 0)
      .map((row) => ({ text: fromStored(row.body).text, at: row.created_at })),
  };
}

const giveUp = `UPDATE outbound SET state = 'dead', reason = 'expired', settled_at = ? WHERE space = 'main' AND id = ? AND conversation_id = ? AND state = 'prepared' AND expires_at <= ?`;
const withdrawDigests = `UPDATE outbound SET state = 'withdrawn', reason = 'superseded', settled_at = ? WHERE space = 'main' AND conversation_id = ? AND state = 'prepared' AND substr(origin, 1, 7) = 'digest:' AND origin <> ?`;

export function expireDeliveries(
  unit: Unit,
  { conversationId, outboundIds, digest }: Parameters<Journal['expireDeliveries']>[0],
): Awaited<ReturnType<Journal['expireDeliveries']>> {
  const { db, now } = unit;
  for (const id of outboundIds) db.run(giveUp, now, id, conversationId, now);
  const [first] = digest;
  if (first) {
    db.run(withdrawDigests, now, conversationId, first.origin);
    addOutbounds(unit, digest);
  }
  return { conversations: [...unit.conversations] };
}
