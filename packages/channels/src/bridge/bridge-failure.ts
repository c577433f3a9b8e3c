import type { BridgeEvent, BridgeFailure } from '@cuttle/core-types/bridge';
import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';

const codes: Readonly<Record<BridgeFailure, ErrorCode>> = {
  unlinked: 'channel.auth',
  unavailable: 'channel.unavailable',
  'rate-limited': 'channel.rate-limited',
  blocked: 'channel.blocked',
  invalid: 'channel.invalid',
  gone: 'media.gone',
  'too-large': 'media.too-large',
};

/** What a bridge could not do → `channel.*` or `media.*`. */
export function toBridgeError(
  platform: string,
  {
    code,
    message,
    retryAfterMs = 1000,
    reached,
  }: Extract<BridgeEvent, { readonly type: 'failed' }>,
): CuttleError {
  const words = message.trim().slice(0, 300);
  return new CuttleError(codes[code], `${platform}: ${words === '' ? code : words}`, {
    ...(code === 'rate-limited' && { retryAfterMs }),
    ...(code === 'unavailable' && { details: { reached: reached ?? true } }),
  });
}
