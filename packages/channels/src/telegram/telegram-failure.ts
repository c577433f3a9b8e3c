import { CuttleError, type ErrorCode, isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { hadNoEffect } from '../network-failure.ts';

/** An answer with `ok: false`, as grammY throws it. https://core.telegram.org/bots/api#making-requests */
const Refusal = z.looseObject({
  error_code: z.int(),
  description: z.string().default(''),
  parameters: z
    .looseObject({ retry_after: z.number().nullish(), migrate_to_chat_id: z.int().nullish() })
    .default({}),
});
type Refusal = z.infer<typeof Refusal>;

/**
 * Anything a call may throw → `channel.*`. `details.telegram` is what the server said, `details.migrateTo` the new id of
 * a chat. Aborts must be told apart before.
 */
export function toChannelError(error: unknown): CuttleError {
  const refusal = Refusal.safeParse(error);
  if (refusal.success) return fromRefusal(refusal.data);
  // grammY wraps what its transport threw.
  const inner = error instanceof Error && 'error' in error ? error.error : error;
  if (isCuttleError(inner)) return inner;
  return new CuttleError('channel.unavailable', 'Telegram could not be reached.', { cause: inner });
}

/** What the server said, where it was the server that refused. */
export function saidBy(error: unknown): string {
  const said = isCuttleError(error) ? error.details?.['telegram'] : undefined;
  return typeof said === 'string' ? said : '';
}

// Chats that cannot be written to any more; Telegram words them as bad requests.
const closed =
  /chat not found|user not found|PEER_ID_INVALID|chat_write_forbidden|not enough rights|have no rights|need administrator rights|group chat was (?:deactivated|upgraded)|TOPIC_(?:CLOSED|DELETED)|message thread not found|USER_(?:IS_BLOCKED|DEACTIVATED)/i;

function fromRefusal(refusal: Refusal): CuttleError {
  const { error_code: status, description, parameters } = refusal;
  const [code, what] = verdictOf(status, description);
  const migrateTo = parameters.migrate_to_chat_id;
  return new CuttleError(code, `${what} (${status} ${description}).`, {
    details: {
      telegram: description,
      status,
      ...(typeof migrateTo === 'number' && { migrateTo }),
      ...(hadNoEffect(status) && { reached: false }),
    },
    ...(code === 'channel.rate-limited' && { retryAfterMs: retryAfterMsOf(refusal) }),
  });
}

function verdictOf(status: number, description: string): readonly [ErrorCode, string] {
  // 404 is how the server answers a token that is no token.
  if (status === 401 || status === 404) return ['channel.auth', 'Telegram refused the bot token'];
  if (status === 403 || (status === 400 && closed.test(description)))
    return ['channel.blocked', 'The chat cannot be written to'];
  if (status === 409) return ['channel.conflict', 'Telegram gives the updates to someone else'];
  if (status === 429) return ['channel.rate-limited', 'Telegram asked us to wait'];
  if (status >= 500) return ['channel.unavailable', 'Telegram had a failure of its own'];
  return ['channel.invalid', 'Telegram refused the request'];
}

function retryAfterMsOf({ description, parameters }: Refusal): number {
  const seconds =
    parameters.retry_after ?? Number(/retry after (\d+)/i.exec(description)?.[1] ?? 1);
  return Math.max(1, seconds) * 1000;
}
