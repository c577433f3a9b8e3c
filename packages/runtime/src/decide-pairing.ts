import { CuttleError } from '@cuttle/core-types/errors';
import { textFor } from '@cuttle/core-types/texts';
import type { AllowedRow, PairingDecision, PairingRow } from '@cuttle/core-types/ports';
import { bodyHash } from './body-hash.ts';
import type { Kernel } from './kernel.ts';
import { noticeDrafts } from './outbound-drafts.ts';
import { normaliseCode } from './pairing.ts';

interface CodeDecision {
  readonly code: string;
  readonly decision: PairingDecision['decision'];
  /** Id of the principal. */
  readonly by: string;
}

/** Wrong codes of one principal in a window; more are not looked at. A person mistypes one, a guess of 40 bits needs far more. */
const guessLimit = { most: 10, windowMs: 10 * 60_000 };

/** A decision as it is committed, and whom it is about; undefined where no such code waits, which the commit counts. */
export async function toPairingDecision(
  kernel: Kernel,
  { code, decision, by }: CodeDecision,
): Promise<{ readonly decision: PairingDecision; readonly pairing: PairingRow | undefined }> {
  const codeHash = await bodyHash(normaliseCode(code));
  const pairing = await kernel.store.reader.findPairingByCode({ codeHash });
  const account = pairing && kernel.accounts.get(pairing.accountId);
  // Who is refused is told nothing: it would invite them to go on.
  const outbound =
    account && decision === 'approved'
      ? noticeDrafts(kernel, {
          channel: account.channel,
          conversation: pairing.conversation,
          origin: `paired:${codeHash}`,
          answer: { text: textFor('access.paired'), notice: 'access.paired' },
        })
      : [];
  const guesses = { key: `guess:${by}`, ...guessLimit };
  return { decision: { codeHash, decision, by, outbound, guesses }, pairing };
}

/**
 * Lets the holder of a code in, once, and tells them; or refuses them. Throws `request.not-found` for a code that is unknown, used or expired,
 * `pairing.locked` after too many of those.
 */
export async function decidePairing(kernel: Kernel, input: CodeDecision): Promise<PairingRow> {
  const { decision, pairing } = await toPairingDecision(kernel, input);
  const outcome = await kernel.store.journal.decidePairing(decision);
  if (outcome.kind === 'locked') throw lockedError(kernel, outcome.until);
  if (outcome.kind === 'unknown' || !pairing)
    throw new CuttleError('request.not-found', textFor('pairing.unknown'), {
      hint: '`cuttle pair list` shows who waits.',
    });
  for (const conversationId of outcome.conversations) kernel.dispatcher.wake(conversationId);
  kernel.hub.publishGateway({ kind: 'pairing' });
  return pairing;
}

function lockedError({ clock }: Kernel, until: number): CuttleError {
  const retryAfterMs = Math.max(1000, until - clock.now());
  return new CuttleError('pairing.locked', lockedText(retryAfterMs), { retryAfterMs });
}

export function lockedText(waitMs: number): string {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000));
  return textFor('pairing.locked', { minutes });
}

/** Takes back that somebody was let in, on each platform account that had this name; those it was taken from. */
export async function revokePairing(
  kernel: Kernel,
  {
    by,
    ...peer
  }: {
    readonly channel: string;
    /** The name of our account. */
    readonly account: string;
    readonly externalId: string;
    readonly by: string;
  },
): Promise<readonly AllowedRow[]> {
  const { reader, journal } = kernel.store;
  const allowed = await reader.findAllowed(peer);
  for (const { channel, accountId, externalId } of allowed)
    await journal.setIdentityAccess({ channel, accountId, externalId, access: 'none', by });
  if (allowed.length > 0) kernel.hub.publishGateway({ kind: 'pairing' });
  return allowed;
}
