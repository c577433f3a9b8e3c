import { CuttleError, type ErrorCode, isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { hadNoEffect } from '../network-failure.ts';

/** https://discord.com/developers/docs/reference#error-messages and /topics/rate-limits#exceeding-a-rate-limit */
const Refusal = z.looseObject({
  code: z.int().default(0),
  message: z.string().default(''),
  errors: z.record(z.string(), z.unknown()).optional(),
  retry_after: z.number().nonnegative().optional(),
  global: z.boolean().optional(),
});

// Places that cannot be read or written to any more. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
const closed: ReadonlySet<number> = new Set([
  10_003, // unknown channel
  10_004, // unknown guild
  10_013, // unknown user
  50_001, // missing access
  50_007, // the person takes no private messages
  50_013, // missing permissions
  50_083, // the thread is archived
  40_001, // unauthorised here
  160_005, // the thread is locked
]);

const says: Partial<Readonly<Record<ErrorCode, string>>> = {
  'channel.auth': 'Discord refused the bot token',
  'channel.blocked': 'The channel cannot be written to',
  'channel.rate-limited': 'Discord asked us to wait',
  'channel.unavailable': 'Discord had a failure of its own',
  'channel.invalid': 'Discord refused the request',
};

/** A refused call → `channel.*`. `details.discord` is Discord's own code, `details.fields` what of the body it did not take. */
export function toChannelError(
  status: number,
  text: string,
  retryAfter: string | null,
): CuttleError {
  const parsed = Refusal.safeParse(parseText(text));
  const refusal = parsed.success ? parsed.data : { code: 0, message: '' };
  const code = verdictOf(status, refusal.code);
  const said = refusal.message === '' ? String(status) : `${status} ${refusal.message}`;
  return new CuttleError(code, `${says[code] ?? 'Discord refused'} (${said}).`, {
    details: {
      status,
      discord: refusal.code,
      ...(refusal.errors && { fields: Object.keys(refusal.errors) }),
      ...(code === 'channel.rate-limited' && {
        scope: refusal.global === true ? 'account' : 'conversation',
      }),
      ...(hadNoEffect(status) && { reached: false }),
    },
    ...(code === 'channel.rate-limited' && {
      retryAfterMs: waitMsOf(refusal.retry_after ?? Number(retryAfter ?? 1)),
    }),
  });
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function verdictOf(status: number, code: number): ErrorCode {
  if (status === 401) return 'channel.auth';
  if (status === 429) return 'channel.rate-limited';
  if (status === 403 || closed.has(code)) return 'channel.blocked';
  if (status >= 500) return 'channel.unavailable';
  return 'channel.invalid';
}

/** A wait beyond an hour is not believed. */
function waitMsOf(seconds: number): number {
  const ms = Math.ceil((Number.isFinite(seconds) ? seconds : 1) * 1000);
  return Math.min(Math.max(ms, 1), 3_600_000);
}

/** Discord's own code of a refusal; 0 where there is none. */
export function discordCodeOf(error: unknown): number {
  const code = isCuttleError(error) ? error.details?.['discord'] : undefined;
  return typeof code === 'number' ? code : 0;
}

/** Whether Discord did not take the words themselves. */
export function isRefusedContent(error: unknown): boolean {
  const fields = isCuttleError(error, 'channel.invalid') ? error.details?.['fields'] : undefined;
  return Array.isArray(fields) && fields.includes('content');
}
