import type { ConversationRef, OutboundDraft, OutboundPart } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ConversationRecord, OutboundRecord } from '../rows.ts';
import { fromStored, toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';

const selectConversation = query<ConversationRecord>(
  `SELECT * FROM conversation WHERE space = 'main' AND account_id = ? AND key = ?`,
);
const insertConversation = `INSERT INTO conversation (id, account_id, key, target, is_group, created_at) VALUES (?, ?, ?, ?, ?, ?)`;
const updateTarget = `UPDATE conversation SET target = ?, is_group = ? WHERE space = 'main' AND id = ?`;

/** A lane and the number of its next row. */
export type Lane = Pick<ConversationRecord, 'id' | 'next_seq'>;
/** With whose turn it is. */
type Place = Lane & Pick<ConversationRecord, 'bot_turns'>;

/** The lane of a place, made on first sight; its address is kept as the platform last stated it. */
export function openConversation(unit: Unit, ref: ConversationRef): Place {
  const { db } = unit;
  const target = toStored(ref.target);
  const group = Number(ref.group);
  const known = db.find(selectConversation, ref.accountId, ref.key);
  if (!known) {
    const id = unit.newId();
    db.run(insertConversation, id, ref.accountId, ref.key, target, group, unit.now);
    return { id, next_seq: 1, bot_turns: 0 };
  }
  if (known.target !== target || known.is_group !== group)
    db.run(updateTarget, target, group, known.id);
  return known;
}

const selectByOrigin = query<{ id: string }>(
  `SELECT id FROM outbound WHERE space = 'main' AND origin = ? AND part = ? AND kind = ?`,
);
const updateSeq = `UPDATE conversation SET next_seq = ? WHERE space = 'main' AND id = ?`;
const insertOutbound = `INSERT INTO outbound (id, conversation_id, seq, origin, part, kind, target_id, run_id, body, idem_key, state, ttl_ms, expires_at, epoch, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'prepared', ?, ?, ?, ?)`;

/** Appends a draft to its lane; a draft whose (origin, part, kind) is there already changes nothing. Returns the row's id. */
export function addOutbound(unit: Unit, draft: OutboundDraft, runId?: string): string {
  const known = unit.db.find(selectByOrigin, draft.origin, draft.part, draft.kind);
  if (known) return known.id;
  appendToLane(unit, openConversation(unit, draft.conversation), {
    id: draft.outboundId,
    origin: draft.origin,
    part: draft.part,
    kind: draft.kind,
    target_id: draft.targetId ?? null,
    run_id: runId ?? null,
    body: toStored(draft.body),
    ttl_ms: Math.min(draft.ttlMs, longestMs),
  });
  return draft.outboundId;
}

export function addOutbounds(unit: Unit, drafts: readonly OutboundDraft[]): string[] {
  return drafts.map((draft) => addOutbound(unit, draft));
}

/** Ten years: sums with it stay integers that JavaScript can hold. */
const longestMs = 315_360_000_000;

type LaneRow = Pick<
  OutboundRecord,
  'id' | 'origin' | 'part' | 'kind' | 'target_id' | 'run_id' | 'body' | 'ttl_ms'
>;

function appendToLane(unit: Unit, lane: Lane, row: LaneRow): void {
  const { db, now } = unit;
  db.run(updateSeq, lane.next_seq + 1, lane.id);
  db.run(
    insertOutbound,
    row.id,
    lane.id,
    lane.next_seq,
    row.origin,
    row.part,
    row.kind,
    row.target_id,
    row.run_id,
    row.body,
    row.id,
    row.ttl_ms,
    now + row.ttl_ms,
    unit.epoch,
    now,
  );
  unit.conversations.add(lane.id);
}

const selectMark = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND origin = ? AND part = 0 AND kind = 'send' AND (state = 'prepared' OR state = 'sending' OR state = 'ambiguous' OR state = 'sent')`,
);

/** The mark of a message that is cancelled: never set where nobody can have seen it, else taken back behind all that was said. */
export function takeBackMark(unit: Unit, inboundId: string): void {
  const mark = unit.db.find(selectMark, `mark:${inboundId}`);
  if (!mark || unit.db.run(withdraw, unit.now, mark.id) > 0) return;
  const { undo } = fromStored(mark.body);
  if (!undo || unit.db.find(selectByOrigin, mark.origin, 1, 'send')) return;
  follow(unit, mark, { kind: 'send', part: 1, body: undo });
}

const selectBubbles = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND run_id = ? AND kind = 'open'`,
);
const withdraw = `UPDATE outbound SET state = 'withdrawn', settled_at = ? WHERE space = 'main' AND id = ? AND state = 'prepared'`;
const laneOf = query<{ id: string }>(
  `SELECT id FROM conversation WHERE space = 'main' AND account_id = ? AND key = ?`,
);

const selectSent = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND id = ? AND (state = 'sending' OR state = 'ambiguous' OR state = 'sent')`,
);

/** A message that nobody has seen is not sent any more; one that somebody may have seen says `body` instead, where that is given. */
export function replaceMessage(
  unit: Unit,
  outboundId: string,
  body: OutboundPart | undefined,
): void {
  if (unit.db.run(withdraw, unit.now, outboundId) > 0 || body === undefined) return;
  const message = unit.db.find(selectSent, outboundId);
  if (!message || unit.db.find(selectByOrigin, message.origin, message.part, 'edit')) return;
  follow(unit, message, { kind: 'edit', body });
}

/**
 * Appends what a run says at its end. A part whose bubble was (or may have been) sent becomes an edit of it;
 * a bubble that was never sent is withdrawn; a sent bubble without a part is deleted.
 */
export function closeBubbles(
  unit: Unit,
  runId: string,
  drafts: readonly OutboundDraft[],
): string[] {
  const { db } = unit;
  const bubbles = db.list(selectBubbles, runId);
  const open = bubbles.filter((bubble) => {
    if (bubble.state === 'prepared') db.run(withdraw, unit.now, bubble.id);
    return bubble.state === 'sending' || bubble.state === 'ambiguous' || bubble.state === 'sent';
  });
  const ids = drafts.map((draft) => {
    const at = open.findIndex((bubble) => draft.kind === 'send' && isPlaceOf(unit, draft, bubble));
    const [bubble] = at < 0 ? [] : open.splice(at, 1);
    return addOutbound(unit, bubble ? { ...draft, kind: 'edit', targetId: bubble.id } : draft);
  });
  for (const bubble of open)
    follow(unit, bubble, { kind: 'delete', body: { v: 1, text: '', payload: null } });
  return ids;
}

function isPlaceOf(unit: Unit, draft: OutboundDraft, bubble: OutboundRecord): boolean {
  if (draft.part !== bubble.part) return false;
  const { accountId, key } = draft.conversation;
  return unit.db.find(laneOf, accountId, key)?.id === bubble.conversation_id;
}

const selectLane = query<Lane>(
  `SELECT id, next_seq FROM conversation WHERE space = 'main' AND id = ?`,
);

/** What becomes of a message, behind it in its lane. */
function follow(
  unit: Unit,
  message: OutboundRecord,
  {
    kind,
    body,
    part = message.part,
  }: {
    readonly kind: 'edit' | 'delete' | 'send';
    readonly body: OutboundPart;
    readonly part?: number;
  },
): void {
  const lane = unit.db.find(selectLane, message.conversation_id);
  if (!lane) throw new TypeError(`Outbound ${message.id} has no conversation.`);
  appendToLane(unit, lane, {
    id: unit.newId(),
    origin: message.origin,
    part,
    kind,
    target_id: kind === 'send' ? null : message.id,
    run_id: null,
    body: toStored(body),
    ttl_ms: message.ttl_ms,
  });
}
