import type { AcceptInput, AcceptResult } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { InboundRecord } from '../rows.ts';
import { toStored } from '../stored-json.ts';
import {
  addEvent,
  findSessionByKey,
  type LockedSession,
  type NewPlace,
  openSession,
  toCommitted,
  touchSession,
  type Unit,
} from '../unit.ts';
import { noteDirect, seeIdentity } from './access.ts';
import { freeParked } from './approvals.ts';
import { useBlobs } from './blobs.ts';
import { addOutbounds, type Lane, openConversation } from './outbound.ts';
import { writePairing } from './pairing.ts';
import { saltedKey } from '../salted-keys.ts';
import { isRenewing } from './renew.ts';
import { markArchived } from './sessions.ts';

const selectSeen = query<{ body_hash: string }>(
  `SELECT body_hash FROM seen WHERE space = 'main' AND account_id = ? AND external_id = ?`,
);
const selectKnown = query<InboundRecord>(
  `SELECT * FROM inbound WHERE space = 'main' AND account_id = ? AND external_id = ?`,
);

/** Takes in one message: dedupe, refuse or queue, in one transaction. */
export function acceptInbound(unit: Unit, input: AcceptInput): AcceptResult {
  const known = findKnown(unit, input);
  if (known) return known;
  const { verdict } = input;
  if (verdict.kind === 'refuse') return refuse(unit, input, verdict);
  if (isLooping(unit, input))
    return refuse(unit, input, { kind: 'refuse', reason: 'access.bot-loop', notice: [] });
  if (verdict.kind === 'queue' && isFull(unit, input)) return refuseBusy(unit, input);
  return take(unit, input);
}

/** A message that was taken before, by the identity of the message. */
function findKnown(unit: Unit, input: AcceptInput): AcceptResult | undefined {
  const { db } = unit;
  const seen = db.find(selectSeen, input.accountId, input.externalId);
  if (!seen) return findPurged(unit, input);
  const row = db.find(selectKnown, input.accountId, input.externalId);
  const inboundId = row?.id ?? input.inboundId;
  if (seen.body_hash !== input.bodyHash) return { kind: 'conflict', inboundId };
  return {
    kind: 'duplicate',
    inboundId,
    sessionId: row?.session_id ?? '',
    state: row?.state ?? 'cancelled',
    runId: row?.run_id ?? undefined,
  };
}

/** One that was purged: its key was salted, and nothing else is known of it. */
function findPurged(
  unit: Unit,
  { inboundId, bodyHash, ...key }: AcceptInput,
): AcceptResult | undefined {
  const salted = saltedKey(unit.db, { ...key, bodyHash });
  const seen = salted && unit.db.find(selectSeen, key.accountId, salted.externalId);
  if (!seen) return undefined;
  if (seen.body_hash !== salted.bodyHash) return { kind: 'conflict', inboundId };
  return { kind: 'duplicate', inboundId, sessionId: '', state: 'cancelled', runId: undefined };
}

function isFull(unit: Unit, input: AcceptInput): boolean {
  const { perSession, total } = input.bounds;
  const queued = findSessionByKey(unit, input.sessionKey)?.queued ?? 0;
  if (queued >= perSession) return true;
  return unit.totalQueued + unit.queued >= total;
}

function isLooping(unit: Unit, { bot, conversation }: AcceptInput): boolean {
  return bot && conversation ? openConversation(unit, conversation).bot_turns >= bot.most : false;
}

function take(unit: Unit, input: AcceptInput): AcceptResult {
  const session = openSession(unit, toPlace(input));
  const renews = isRenewing(session, input);
  const control = input.verdict.kind === 'control';
  const lane = insertInbound(unit, input, { session, state: 'queued', control, renews });
  noteSender(unit, input, lane);
  if (renews) addOutbounds(unit, input.renew?.notice ?? []);
  if (input.mark) addOutbounds(unit, input.mark);
  // Whoever writes to an archived place wants it back.
  if (session.archived === 1) markArchived(unit, session, 'current');
  if (!control) {
    session.queued += 1;
    unit.queued += 1;
  }
  touchSession(unit, session, 0);
  const { inboundId } = input;
  addEvent(unit, session, { kind: 'inbound', ref: { inboundId } });
  const mode = modeOf(input, renews);
  const goesOn = !control && (mode === 'steer' || mode === 'interrupt');
  const freed = goesOn ? freeParked(unit, session, inboundId) : undefined;
  return {
    kind: 'accepted',
    inboundId,
    sessionId: session.id,
    ...(freed && { freed: { runId: freed.id, createdAt: freed.created_at } }),
    ...toCommitted(unit),
  };
}

/** Who said it, and where they can be written to. */
function noteSender(
  unit: Unit,
  { identity, accountId, route }: AcceptInput,
  lane: Lane | undefined,
): void {
  if (!identity) return;
  const sender = seeIdentity(unit, { ...identity, accountId });
  if (lane && route.kind === 'push' && route.chat === 'dm') noteDirect(unit, sender, lane.id);
}

/** What begins a new conversation joins no run of the old one. */
function modeOf({ mode }: AcceptInput, renews: boolean): AcceptInput['mode'] {
  return renews ? 'followup' : mode;
}

function toPlace({ sessionKey, agentId, provenance }: AcceptInput): NewPlace {
  return { key: sessionKey, agentId, channel: provenance.door };
}

function refuse(
  unit: Unit,
  input: AcceptInput,
  verdict: Extract<AcceptInput['verdict'], { kind: 'refuse' }>,
): AcceptResult {
  const session = openSession(unit, toPlace(input));
  const [noticeId] = addOutbounds(unit, verdict.notice);
  if (verdict.pairing) writePairing(unit, verdict.pairing);
  insertInbound(unit, input, { session, state: 'refused', reason: verdict.reason, noticeId });
  const { inboundId } = input;
  return { kind: 'refused', inboundId, reason: verdict.reason, ...toCommitted(unit) };
}

/** Without words for the sender nothing is stored: the door itself says that it is busy, and the message may come again. */
function refuseBusy(unit: Unit, input: AcceptInput): AcceptResult {
  if (input.busyNotice) {
    const session = openSession(unit, toPlace(input));
    const [noticeId] = addOutbounds(unit, input.busyNotice);
    insertInbound(unit, input, { session, state: 'refused', reason: 'busy', noticeId });
  }
  return { kind: 'busy', ...toCommitted(unit) };
}

const insertSeen = `INSERT INTO seen (account_id, external_id, body_hash, at) VALUES (?, ?, ?, ?)`;
const insertRow = `INSERT INTO inbound (id, account_id, external_id, session_id, seq, conversation_id, principal_id, trust, principal, provenance, taint, route, route_kind, stateless, mode, control, renews, body, state, reason, notice_id, expires_at, at, settled_at, after_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function insertInbound(
  unit: Unit,
  input: AcceptInput,
  fate: {
    readonly session: LockedSession;
    readonly state: 'queued' | 'refused';
    readonly control?: boolean;
    readonly renews?: boolean;
    readonly reason?: string;
    readonly noticeId?: string | undefined;
  },
): Lane | undefined {
  const { db, now } = unit;
  const { session, state } = fate;
  const { principal, provenance, route } = input;
  const lane = openLane(unit, input, state);
  const body = toStored(input.body);
  db.run(insertSeen, input.accountId, input.externalId, input.bodyHash, now);
  db.run(
    insertRow,
    input.inboundId,
    input.accountId,
    input.externalId,
    session.id,
    session.next_inbound++,
    lane?.id ?? null,
    principal.id,
    provenance.trust,
    toStored(principal),
    toStored(provenance),
    toStored(input.taint),
    toStored(route),
    route.kind,
    Number(route.kind === 'pull' && route.stateless),
    modeOf(input, fate.renews ?? false),
    Number(fate.control ?? false),
    Number(fate.renews ?? false),
    body,
    state,
    fate.reason ?? null,
    fate.noticeId ?? null,
    input.expiresAt ?? null,
    now,
    state === 'queued' ? null : now,
    input.after ?? null,
  );
  useBlobs(unit, { inboundId: input.inboundId }, body);
  unit.point('accept.after.insert');
  return lane;
}

const updateBots = `UPDATE conversation SET bot_turns = ? WHERE space = 'main' AND id = ?`;

/** Where to answer. A person who speaks there, to us or not, ends what bots say to each other. */
function openLane(
  unit: Unit,
  { bot, identity, conversation }: AcceptInput,
  state: 'queued' | 'refused',
): Lane | undefined {
  const lane = conversation && openConversation(unit, conversation);
  if (!lane) return undefined;
  if (bot && state === 'queued') unit.db.run(updateBots, lane.bot_turns + 1, lane.id);
  else if (!bot && identity && lane.bot_turns > 0) unit.db.run(updateBots, 0, lane.id);
  return lane;
}
