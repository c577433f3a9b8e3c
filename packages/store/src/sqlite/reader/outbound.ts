import type {
  ConversationRef,
  OutboundRow,
  OutboundState,
  OwnMessage,
  Reader,
} from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ConversationRecord, OutboundRecord } from '../rows.ts';
import { fromStored, fromStoredOr } from '../stored-json.ts';
import { toLimit, type View } from '../view.ts';

type OutboundWithAccount = OutboundRecord & {
  readonly account_id: string;
  readonly key: string;
  readonly channel: string;
  readonly account_name: string;
};
const columns = `SELECT outbound.*, conversation.account_id, conversation.key, account.channel, account.name AS account_name`;
const account = `JOIN conversation ON conversation.space = 'main' AND conversation.id = outbound.conversation_id JOIN account ON account.space = 'main' AND account.id = conversation.account_id`;
const newest = `ORDER BY outbound.rowid DESC LIMIT ?`;

const selectById = query<OutboundWithAccount>(
  `${columns} FROM outbound ${account} WHERE outbound.space = 'main' AND outbound.id = ?`,
);
// An index for each kind of state: what is on its way, and what ended otherwise than well.
const selectMoving = query<OutboundWithAccount>(
  `${columns} FROM outbound INDEXED BY outbound_lane ${account} WHERE outbound.space = 'main' AND outbound.state = ? AND (outbound.state = 'prepared' OR outbound.state = 'sending' OR outbound.state = 'ambiguous') ${newest}`,
);
const selectEnded = query<OutboundWithAccount>(
  `${columns} FROM outbound INDEXED BY outbound_ended ${account} WHERE outbound.space = 'main' AND outbound.state = ? AND (outbound.state = 'unconfirmed' OR outbound.state = 'dead' OR outbound.state = 'withdrawn' OR outbound.state = 'held') AND outbound.discarded = 0 ${newest}`,
);
// Nearly all rows are sent, so the newest of them are among the newest rows.
const selectSent = query<OutboundWithAccount>(
  `${columns} FROM outbound NOT INDEXED ${account} WHERE outbound.space = 'main' AND outbound.state = ? ${newest}`,
);

const selectOf: Readonly<Record<OutboundState, typeof selectSent>> = {
  prepared: selectMoving,
  sending: selectMoving,
  ambiguous: selectMoving,
  unconfirmed: selectEnded,
  dead: selectEnded,
  withdrawn: selectEnded,
  held: selectEnded,
  sent: selectSent,
};

/** Newest first. Dead letters that the owner has discarded are not listed. */
export function listOutbound(
  view: View,
  input: Parameters<Reader['listOutbound']>[0],
): OutboundRow[] {
  const limit = toLimit(input.limit);
  const rows = [...new Set(input.states)].flatMap((state) =>
    view.db.list(selectOf[state], state, limit),
  );
  return rows
    .toSorted((left, right) => right.created_at - left.created_at)
    .slice(0, limit)
    .map(toOutboundRow);
}

export function findOutbound(view: View, outboundId: string): OutboundRow | undefined {
  const row = view.db.find(selectById, outboundId);
  return row && toOutboundRow(row);
}

const selectNewest = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND conversation_id = ? ORDER BY seq DESC LIMIT ?`,
);
/** Behind the newest message there are at most a few edits, and what was done to others. */
const mostLooked = 200;

export function findOwnMessage(
  view: View,
  { conversationId, outboundId }: Parameters<Reader['findOwnMessage']>[0],
): OwnMessage | undefined {
  const row =
    outboundId === undefined
      ? view.db.list(selectNewest, conversationId, mostLooked).find(isMessage)
      : view.db.find(selectById, outboundId);
  if (row?.conversation_id !== conversationId || !isMessage(row)) return undefined;
  return { outboundId: row.id, text: fromStored(row.body).text };
}

const selectLane = query<Pick<ConversationRecord, 'id'>>(
  `SELECT id FROM conversation WHERE space = 'main' AND account_id = ? AND key = ?`,
);

export function findSentMessage(
  view: View,
  { accountId, key, messageId }: Parameters<Reader['findSentMessage']>[0],
): OwnMessage | undefined {
  const lane = view.db.find(selectLane, accountId, key);
  if (!lane || messageId === '') return undefined;
  const rows = view.db.list(selectNewest, lane.id, mostLooked);
  const row = rows.find(
    (one) => isMessage(one) && fromStoredOr(one.receipt)?.messageId === messageId,
  );
  if (!row) return undefined;
  const edit = rows.find((one) => one.kind === 'edit' && one.target_id === row.id && isShown(one));
  return { outboundId: row.id, text: fromStored((edit ?? row).body).text };
}

function isShown({ state, body }: OutboundRecord): boolean {
  return state === 'sent' && fromStored(body).act === undefined;
}

function isMessage({ kind, state, body }: OutboundRecord): boolean {
  const isNew = kind === 'send' || kind === 'open';
  const isGone = state === 'dead' || state === 'withdrawn' || state === 'held';
  return isNew && !isGone && fromStored(body).act === undefined;
}

function toOutboundRow(row: OutboundWithAccount): OutboundRow {
  return {
    outboundId: row.id,
    conversationId: row.conversation_id,
    accountId: row.account_id,
    channel: row.channel,
    account: row.account_name,
    conversationKey: row.key,
    state: row.state,
    kind: row.kind,
    origin: row.origin,
    text: fromStored(row.body).text,
    attempt: row.attempt,
    reason: row.reason ?? undefined,
    at: row.created_at,
  };
}

const selectByKey = query<ConversationRecord>(
  `SELECT * FROM conversation WHERE space = 'main' AND account_id = ? AND key = ?`,
);
const selectConversation = query<ConversationRecord>(
  `SELECT * FROM conversation WHERE space = 'main' AND id = ?`,
);

export function findConversation(
  view: View,
  input: { accountId: string; key: string },
): ConversationRef | undefined {
  const row = view.db.find(selectByKey, input.accountId, input.key);
  return row && toConversationRef(row);
}

export function findConversationById(
  view: View,
  conversationId: string,
): ConversationRef | undefined {
  const row = view.db.find(selectConversation, conversationId);
  return row && toConversationRef(row);
}

export function toConversationRef(row: ConversationRecord): ConversationRef {
  return {
    accountId: row.account_id,
    key: row.key,
    target: fromStored(row.target),
    group: row.is_group === 1,
  };
}
