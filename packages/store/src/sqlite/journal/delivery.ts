import { CuttleError } from '@cuttle/core-types/errors';
import type {
  Delivery,
  DeliveryClaim,
  DeliveryOutcome,
  Journal,
  Receipt,
} from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { ConversationRecord, OutboundRecord } from '../rows.ts';
import { fromStored, fromStoredOr, toStored } from '../stored-json.ts';
import type { Unit } from '../unit.ts';
import { claimExpired, isMissed } from './expiry.ts';
import { addOutbound, addOutbounds, openConversation } from './outbound.ts';
import { holdRun } from './runs.ts';

type Input<Name extends keyof Journal> = Parameters<Journal[Name]>[0];
type Output<Name extends keyof Journal> = Awaited<ReturnType<Journal[Name]>>;

/** A deadline further away is none. */
const longestMs = 86_400_000;
/** How long a lane rests that is held up by a send whose end nobody stored. */
const restMs = 1_000;

const selectOutbound = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND id = ?`,
);
const selectHead = query<OutboundRecord>(
  `SELECT * FROM outbound WHERE space = 'main' AND conversation_id = ? AND (state = 'prepared' OR state = 'sending' OR state = 'ambiguous') ORDER BY seq LIMIT 1`,
);
const selectConversation = query<ConversationRecord>(
  `SELECT * FROM conversation WHERE space = 'main' AND id = ?`,
);
const selectBubble = query<{ id: string }>(
  `SELECT id FROM outbound WHERE space = 'main' AND run_id = ? AND kind = 'open' LIMIT 1`,
);

export function findOutboundRow(unit: Unit, outboundId: string): OutboundRecord | undefined {
  return unit.db.find(selectOutbound, outboundId);
}

/** A placeholder for an answer that is being written, where nothing earlier in its lane is undelivered. */
export function openBubble(unit: Unit, input: Input<'openBubble'>): Output<'openBubble'> {
  const { runId, fence, draft } = input;
  holdRun(unit, runId, fence);
  const known = unit.db.find(selectBubble, runId);
  if (known) return known.id === draft.outboundId ? { outboundId: known.id } : undefined;
  const lane = openConversation(unit, draft.conversation);
  if (unit.db.find(selectHead, lane.id)) return undefined;
  return { outboundId: addOutbound(unit, { ...draft, kind: 'open' }, runId) };
}

/** The head of a lane: what to do with its lowest undelivered row. */
export function claimDelivery(unit: Unit, input: Input<'claimDelivery'>): DeliveryClaim {
  for (;;) {
    const head = unit.db.find(selectHead, input.conversationId);
    if (!head) return { kind: 'idle' };
    const claim = claimRow(unit, head, input);
    if (claim) return claim;
  }
}

/** Undefined where the row left the lane and the next one is the head. */
function claimRow(
  unit: Unit,
  row: OutboundRecord,
  input: Input<'claimDelivery'>,
): DeliveryClaim | undefined {
  if (row.state === 'sending') return claimSending(unit, row, input);
  if (row.state === 'ambiguous') return claimAmbiguous(unit, row, input.fence);
  return claimPrepared(unit, row, input);
}

/** A send of this boot settles itself; one of an earlier boot is unknown once nothing of it can still be on its way. */
function claimSending(
  unit: Unit,
  row: OutboundRecord,
  input: Input<'claimDelivery'>,
): DeliveryClaim {
  const over = (row.deadline ?? 0) + input.marginMs;
  if (row.boot === unit.boot) return { kind: 'wait', until: Math.max(over, unit.now + restMs) };
  if (unit.now < over) return { kind: 'wait', until: over };
  return claimAmbiguous(unit, row, input.fence);
}

const becomeAmbiguous = query<OutboundRecord>(
  `UPDATE outbound SET state = 'ambiguous', fence = ?, boot = ? WHERE space = 'main' AND id = ? RETURNING *`,
);

function claimAmbiguous(unit: Unit, row: OutboundRecord, fence: string): DeliveryClaim {
  const taken = unit.db.find(becomeAmbiguous, fence, unit.boot, row.id) ?? row;
  return { kind: 'ambiguous', delivery: toDelivery(unit, taken, findReceipt(unit, taken)) };
}

function claimPrepared(
  unit: Unit,
  row: OutboundRecord,
  input: Input<'claimDelivery'>,
): DeliveryClaim | undefined {
  if (row.expires_at <= unit.now) {
    if (!isMissed(row)) return end(unit, row, { state: 'dead', reason: 'expired' });
    return claimExpired(unit, readConversation(unit, row));
  }
  if (row.not_before !== null && row.not_before > unit.now)
    return { kind: 'wait', until: row.not_before };
  const receipt = findReceipt(unit, row);
  // Nothing visible to take away.
  if (row.kind === 'delete' && !receipt)
    return end(unit, row, { state: 'withdrawn', reason: 'no-target' });
  const sending = startSending(unit, row, input);
  return { kind: 'send', delivery: toDelivery(unit, sending, receipt) };
}

const endRow = `UPDATE outbound SET state = ?, reason = ?, settled_at = ? WHERE space = 'main' AND id = ?`;

function end(
  unit: Unit,
  row: OutboundRecord,
  to: { readonly state: 'dead' | 'withdrawn'; readonly reason: string },
): undefined {
  unit.db.run(endRow, to.state, to.reason, unit.now, row.id);
}

const becomeSending = query<OutboundRecord>(
  `UPDATE outbound SET state = 'sending', fence = ?, boot = ?, deadline = ?, attempt = attempt + 1, not_before = NULL, reason = NULL WHERE space = 'main' AND id = ? RETURNING *`,
);

function startSending(
  unit: Unit,
  row: OutboundRecord,
  input: { readonly fence: string; readonly deadlineMs: number },
): OutboundRecord {
  const { fence, deadlineMs } = input;
  const deadline = unit.now + Math.min(deadlineMs + extraMsOf(row), longestMs);
  return unit.db.find(becomeSending, fence, unit.boot, deadline, row.id) ?? row;
}

/** Files take their time. A body is read here only where it may have some. */
function extraMsOf({ body }: OutboundRecord): number {
  return body.includes('"extraMs"') ? (fromStored(body).extraMs ?? 0) : 0;
}

/** What the platform gave for the message that is edited or deleted. */
function findReceipt(unit: Unit, row: OutboundRecord): Receipt | undefined {
  const target = row.target_id === null ? undefined : findOutboundRow(unit, row.target_id);
  return fromStoredOr(target?.receipt);
}

function toDelivery(unit: Unit, row: OutboundRecord, receipt: Receipt | undefined): Delivery {
  const conversation = readConversation(unit, row);
  return {
    outboundId: row.id,
    conversationId: conversation.id,
    accountId: conversation.account_id,
    conversationKey: conversation.key,
    target: fromStored(conversation.target),
    group: conversation.is_group === 1,
    kind: row.kind,
    body: fromStored(row.body),
    receipt,
    idempotencyKey: row.idem_key,
    attempt: row.attempt,
    createdAt: row.created_at,
    marked: row.marked === 1,
    fence: row.fence ?? '',
    deadline: row.deadline ?? 0,
    origin: row.origin,
  };
}

function readConversation(unit: Unit, row: OutboundRecord): ConversationRecord {
  const conversation = unit.db.find(selectConversation, row.conversation_id);
  if (!conversation) throw new TypeError(`Outbound ${row.id} has no conversation.`);
  return conversation;
}

/** Stores what became of a send. */
export function settleDelivery(unit: Unit, input: Input<'settleDelivery'>): void {
  const { outboundId, fence, outcome } = input;
  const row = findOutboundRow(unit, outboundId);
  if (row?.fence !== fence) throw lost(outboundId);
  if (row.state === 'sending' || (row.state === 'ambiguous' && outcome.kind === 'sent'))
    return settle(unit, row, outcome);
  if (row.state !== stateAfter[outcome.kind]) throw lost(outboundId);
}

const stateAfter = {
  sent: 'sent',
  retry: 'prepared',
  dead: 'dead',
  ambiguous: 'ambiguous',
} as const satisfies Record<DeliveryOutcome['kind'], OutboundRecord['state']>;

function lost(outboundId: string): CuttleError {
  return new CuttleError(
    'run.fence-lost',
    `Outbound ${outboundId} has another owner or has ended.`,
  );
}

const becomeSent = `UPDATE outbound SET state = 'sent', receipt = ?, settled_at = ? WHERE space = 'main' AND id = ?`;
const becomePrepared = `UPDATE outbound SET state = 'prepared', not_before = ?, reason = ?, attempt = attempt - ? WHERE space = 'main' AND id = ?`;
const leaveOpen = `UPDATE outbound SET state = 'ambiguous' WHERE space = 'main' AND id = ?`;
const endRest = `UPDATE outbound SET state = 'dead', reason = ?, settled_at = ? WHERE space = 'main' AND conversation_id = ? AND origin = ? AND seq > ? AND state = 'prepared'`;

function settle(unit: Unit, row: OutboundRecord, outcome: DeliveryOutcome): void {
  const { db, now } = unit;
  switch (outcome.kind) {
    case 'sent':
      db.run(becomeSent, toStored(outcome.receipt), now, row.id);
      return;
    case 'retry':
      db.run(
        becomePrepared,
        outcome.notBefore,
        outcome.reason,
        Number(outcome.uncounted ?? false),
        row.id,
      );
      return;
    case 'ambiguous':
      db.run(leaveOpen, row.id);
      return;
    case 'dead':
      end(unit, row, { state: 'dead', reason: outcome.reason });
      if (outcome.rest)
        db.run(endRest, outcome.reason, now, row.conversation_id, row.origin, row.seq);
      addOutbounds(unit, outcome.notice ?? []);
  }
}

const becomeMarked = `UPDATE outbound SET marked = 1 WHERE space = 'main' AND id = ?`;
const becomeUnconfirmed = `UPDATE outbound SET state = 'unconfirmed', settled_at = ? WHERE space = 'main' AND id = ?`;

/** What the channel's declared policy makes of an unknown outcome. A compare-and-set on `ambiguous`; what is sent again goes under the given fence. */
export function resolveDelivery(
  unit: Unit,
  input: Input<'resolveDelivery'>,
): Output<'resolveDelivery'> {
  const { outboundId, to } = input;
  const row = findOutboundRow(unit, outboundId);
  if (to === 'unconfirmed') {
    if (row?.state === 'ambiguous') unit.db.run(becomeUnconfirmed, unit.now, row.id);
    else if (row?.state !== 'unconfirmed') throw lost(outboundId);
    return undefined;
  }
  if (row?.state === 'sending' && row.fence === input.fence)
    return toDelivery(unit, row, findReceipt(unit, row));
  if (row?.state !== 'ambiguous') throw lost(outboundId);
  if (to === 'resend-marked') unit.db.run(becomeMarked, row.id);
  const sending = startSending(unit, row, input);
  return toDelivery(unit, sending, findReceipt(unit, sending));
}

/** Messages that no run asked for. */
export function prepareOutbound(
  unit: Unit,
  input: Input<'prepareOutbound'>,
): Output<'prepareOutbound'> {
  const outboundIds = addOutbounds(unit, input.drafts);
  return { outboundIds, conversations: [...unit.conversations] };
}

// What may have arrived is sent with a mark that says so.
const revive = `UPDATE outbound SET marked = max(marked, state = 'unconfirmed'), state = 'prepared', not_before = NULL, reason = NULL, settled_at = NULL, expires_at = ? + ttl_ms WHERE space = 'main' AND id = ? AND (state = 'dead' OR state = 'unconfirmed') AND discarded = 0`;

/** The owner wants a dead letter sent after all, with a new time to live. */
export function retryDead(unit: Unit, input: { outboundId: string }): boolean {
  return unit.db.run(revive, unit.now, input.outboundId) > 0;
}

const discard = `UPDATE outbound SET discarded = 1 WHERE space = 'main' AND id = ? AND (state = 'dead' OR state = 'unconfirmed') AND discarded = 0`;

export function discardDead(unit: Unit, input: { outboundId: string }): boolean {
  return unit.db.run(discard, input.outboundId) > 0;
}
