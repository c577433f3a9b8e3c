import { backoffMs } from '@cuttle/core-types';
import { type ErrorCode, isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { Channel, Delivery, DeliveryOutcome } from '@cuttle/core-types/ports';

export type SendOutcome =
  | DeliveryOutcome
  /** The account may not send before then; the row itself goes back to `prepared`. */
  | { readonly kind: 'blocked'; readonly until: number; readonly reason: string };

/** What a failed platform call means for its row. An outcome that cannot be known is `ambiguous`, unless repeating is harmless. */
export function outcomeOfFailure(
  { error, delivery, channel }: { error: unknown; delivery: Delivery; channel: Channel },
  { now, random }: { now: number; random: () => number },
): SendOutcome {
  const { code, retryAfterMs, message, details } = toCuttleError(error);
  const later = now + backoffMs(delivery.attempt + 1, random);
  if (code === 'channel.rate-limited')
    return { kind: 'blocked', until: now + (retryAfterMs ?? 1000), reason: code };
  if (code === 'channel.auth') return { kind: 'blocked', until: now + 60_000, reason: code };
  if (isCuttleError(error, 'channel.blocked', 'channel.invalid', 'channel.not-found', 'media.gone'))
    return { kind: 'dead', reason: `${code}: ${message}`, rest: true };
  const surelyNotSent = code === 'channel.unavailable' && details?.['reached'] === false;
  const isRepeatable = mayRepeat(delivery, channel);
  if (isRepeatable && isPoison(delivery, code))
    return { kind: 'dead', reason: `${code}: ${message}`, rest: true };
  if (surelyNotSent || isRepeatable) return { kind: 'retry', notBefore: later, reason: code };
  return { kind: 'ambiguous' };
}

function mayRepeat(delivery: Delivery, channel: Channel): boolean {
  return isHarmless(delivery) || channel.ambiguity === 'idempotency-key';
}

/** Done twice it looks as done once. An edit whose bubble never came to be is a message of its own. */
function isHarmless({ kind, body, receipt }: Delivery): boolean {
  return (kind === 'edit' && receipt !== undefined) || kind === 'delete' || body.act !== undefined;
}

/** Tries of a delivery that fails for no reason a platform gives. */
const mostFailures = 5;

/** What fails again and again for a reason of its own holds up whatever waits behind it; platforms and networks come back. */
function isPoison({ attempt }: Delivery, code: ErrorCode): boolean {
  return attempt >= mostFailures && !code.startsWith('channel.');
}

/** How an ambiguous row of this channel is settled. A placeholder holds no words: it is never sent twice. */
export function settlementOf(
  channel: Channel,
  delivery: Delivery,
): 'resend' | 'resend-marked' | 'unconfirmed' {
  const { kind } = delivery;
  if (isHarmless(delivery) || channel.ambiguity === 'idempotency-key') return 'resend';
  if (kind === 'open' || channel.ambiguity === 'at-most-once') return 'unconfirmed';
  return 'resend-marked';
}
