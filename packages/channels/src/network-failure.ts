import { CuttleError } from '@cuttle/core-types/errors';

/**
 * A server that answers with a failure of its own did not do it; only after a gateway's time-out nobody knows. The
 * promise "unconfirmed only for a cut inside the send" asks for this reading, and it is how platforms' clients retry.
 */
export function hadNoEffect(status: number): boolean {
  return status >= 500 && status !== 504;
}

// Failures before a request can have left this machine.
const neverLeft = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** A failure of the transport; `reached: false` only where it surely had no effect: the request never left. */
export function toNetworkError(platform: string, error: unknown): CuttleError {
  const codes = codesOf(error, 0);
  const reached = !(codes.some((code) => neverLeft.has(code)) || codes.includes('fetch.blocked'));
  const why = codes[0] ?? (error instanceof Error ? error.name : 'unknown');
  return new CuttleError('channel.unavailable', `${platform} could not be reached (${why}).`, {
    details: { reached, reason: why },
  });
}

/** Codes of an error and its causes; an aggregate counts when all its parts agree on not having left. */
function codesOf(error: unknown, depth: number): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [...own, ...codesOf(error.cause, depth + 1)];
}
