import type {
  Committed,
  Identity,
  PairingDecision,
  PairingDraft,
  PairingOutcome,
} from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { PairingRecord } from '../rows.ts';
import { toStored } from '../stored-json.ts';
import { toCommitted, type Unit } from '../unit.ts';
import { decideAccess, seeIdentity } from './access.ts';
import { appendAudit } from './audit.ts';
import { addOutbounds } from './outbound.ts';
import { addTally, findTallied } from './tally.ts';

const upsertPairing = `INSERT INTO pairing (code_hash, code_hint, channel, account_id, external_id, name, conversation, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (space, channel, account_id, external_id) DO UPDATE SET code_hash = excluded.code_hash, code_hint = excluded.code_hint, name = excluded.name,
conversation = excluded.conversation, created_at = excluded.created_at, expires_at = excluded.expires_at, refused_at = NULL`;

/** A sender has one code at a time: a new one takes the place of the old. */
export function writePairing(unit: Unit, draft: PairingDraft): void {
  unit.db.run(
    upsertPairing,
    draft.codeHash,
    draft.codeHint,
    draft.channel,
    draft.accountId,
    draft.externalId,
    draft.name ?? null,
    toStored(draft.conversation),
    unit.now,
    draft.expiresAt,
  );
  for (const tally of draft.tallies ?? []) addTally(unit, tally);
}

export function decidePairing(unit: Unit, input: PairingDecision): PairingOutcome & Committed {
  const outcome = tryCode(unit, input);
  return { ...outcome, ...toCommitted(unit) };
}

const takePairing = query<PairingRecord>(
  `DELETE FROM pairing WHERE space = 'main' AND code_hash = ? AND expires_at > ? AND refused_at IS NULL RETURNING *`,
);
const refusePairing = query<PairingRecord>(
  `UPDATE pairing SET refused_at = ?2 WHERE space = 'main' AND code_hash = ?1 AND expires_at > ?2 AND refused_at IS NULL RETURNING *`,
);

/** Decides the code that somebody was told; a wrong one is counted. */
export function tryCode(unit: Unit, input: PairingDecision): PairingOutcome {
  const { codeHash, decision, guesses } = input;
  const { count, until } = findTallied(unit, guesses);
  if (count >= guesses.most) return { kind: 'locked', until };
  const statement = decision === 'approved' ? takePairing : refusePairing;
  const pairing = unit.db.find(statement, codeHash, unit.now);
  if (pairing) return { kind: 'decided', identity: decide(unit, pairing, input) };
  addTally(unit, guesses);
  return { kind: 'unknown' };
}

function decide(
  unit: Unit,
  pairing: PairingRecord,
  { decision, by, outbound }: PairingDecision,
): Identity {
  const { channel, account_id: accountId, external_id: externalId } = pairing;
  const name = pairing.name ?? undefined;
  const details = { channel, accountId, externalId };
  const seen = seeIdentity(unit, { ...details, name });
  if (decision === 'approved') decideAccess(unit, details, 'allowed');
  addOutbounds(unit, outbound);
  const kind = decision === 'approved' ? 'pairing.approve' : 'pairing.refuse';
  appendAudit(unit, { kind, principal: by, details });
  const { person_id: personId, own_person_id: own } = seen;
  const access = decision === 'approved' ? 'allowed' : seen.access;
  return { ...details, personId, linked: own !== null, name, access };
}
