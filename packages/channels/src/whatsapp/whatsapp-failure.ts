import { CuttleError, type ErrorCode } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { hadNoEffect } from '../network-failure.ts';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes */
const Refusal = z.looseObject({
  error: z.looseObject({
    code: z.int(),
    message: z.string().default(''),
    error_data: z.looseObject({ details: z.string().optional() }).optional().catch(undefined),
  }),
});

/** What a failure of a code means, and what to do; the codes that say nothing of their own are by their status. */
const verdicts: readonly {
  readonly codes: readonly number[];
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint?: string;
  readonly waitMs?: number;
  /** Only this person cannot be written to for now. */
  readonly scope?: 'conversation';
}[] = [
  {
    codes: [0, 190],
    code: 'channel.auth',
    what: 'Meta refused the access token',
    hint: 'Create a token of a system user that does not end, set it as accessToken and restart the channel: docs/whatsapp.md.',
  },
  {
    codes: [3, 10, 200, 131_005, 131_031, 133_010],
    code: 'channel.auth',
    what: 'Meta does not let this app use the number',
    hint: 'Give the system user the app and the WhatsApp account with whatsapp_business_messaging, and see in WhatsApp Manager that the number is registered and not locked.',
  },
  {
    codes: [131_047],
    code: 'channel.blocked',
    what: 'This person last wrote more than 24 hours ago, and WhatsApp now takes only templates',
    hint: 'Ask the person to write first: that opens 24 hours. Or send a template that Meta approved from WhatsApp Manager.',
  },
  {
    codes: [131_030],
    code: 'channel.blocked',
    what: 'The test number may not write to this person',
    hint: 'Add the person under API Setup → To → Manage phone number list, or use a number of your own.',
  },
  {
    codes: [131_021, 131_026, 131_049, 131_050, 130_472, 130_497],
    code: 'channel.blocked',
    what: 'This person cannot be written to',
    hint: 'The number may not be on WhatsApp, may have blocked yours, or did not accept the terms; ask the person to write first.',
  },
  {
    codes: [130_429],
    code: 'channel.rate-limited',
    what: 'The number sends too many messages a second',
    waitMs: 1000,
  },
  {
    // "a rate of 1 message every 6 seconds" after a burst. https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
    codes: [131_056],
    code: 'channel.rate-limited',
    what: 'Too many messages went to this person in a short time',
    waitMs: 6000,
    scope: 'conversation',
  },
  {
    codes: [4, 80_007, 131_048, 133_016],
    code: 'channel.rate-limited',
    what: 'Meta asked us to wait',
    waitMs: 60_000,
  },
  {
    codes: [1, 2, 131_000, 131_016, 131_057, 133_004],
    code: 'channel.unavailable',
    what: 'WhatsApp had a failure of its own',
  },
];

/** What a code is called where a status tells of a failure later. */
export function explainCode(code: number): { what: string; hint?: string | undefined } {
  const verdict = verdicts.find(({ codes }) => codes.includes(code));
  return { what: verdict?.what ?? 'WhatsApp could not deliver a message', hint: verdict?.hint };
}

export interface Refused {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | null;
  /** Meta repeats a malformed token in its words. */
  readonly accessToken: string;
}

/** An answer that is no success → `channel.*`. `details.graph` is Meta's code. */
export function toChannelError({ status, body, retryAfter, accessToken }: Refused): CuttleError {
  const { graph, said } = readRefusal(body);
  const verdict = verdicts.find(({ codes }) => graph !== undefined && codes.includes(graph));
  const { code, what, hint } = verdict ?? byStatus(status);
  const words = said.replaceAll(accessToken, '[token]').slice(0, 300);
  // An answer of the platform itself, or of a server that is down: nothing was sent.
  const isUndone = code === 'channel.unavailable' && (graph !== undefined || hadNoEffect(status));
  return new CuttleError(code, `${what} (${graph ?? `HTTP ${status}`}${words && `: ${words}`}).`, {
    ...(hint !== undefined && { hint }),
    details: {
      status,
      ...(graph !== undefined && { graph }),
      ...scopeOf(verdict),
      ...(isUndone && { reached: false }),
    },
    ...(code === 'channel.rate-limited' && {
      retryAfterMs: waitOf(retryAfter, verdict?.waitMs),
    }),
  });
}

function scopeOf(verdict: (typeof verdicts)[number] | undefined): { scope?: 'conversation' } {
  return verdict?.scope === undefined ? {} : { scope: verdict.scope };
}

function readRefusal(body: unknown): { graph: number | undefined; said: string } {
  const refusal = Refusal.safeParse(body);
  if (!refusal.success) return { graph: undefined, said: '' };
  const { code, message, error_data: data } = refusal.data.error;
  return { graph: code, said: data?.details ?? message };
}

function byStatus(status: number): { code: ErrorCode; what: string; hint?: string } {
  if (status === 401) return { code: 'channel.auth', what: 'Meta refused the access token' };
  if (status === 429) return { code: 'channel.rate-limited', what: 'Meta asked us to wait' };
  if (status >= 500)
    return { code: 'channel.unavailable', what: 'WhatsApp had a failure of its own' };
  return { code: 'channel.invalid', what: 'WhatsApp refused the request' };
}

/** Meta states no wait; what a server in between says comes first. */
function waitOf(retryAfter: string | null, waitMs = 1000): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return seconds > 0 && seconds < 86_400 ? seconds * 1000 : waitMs;
}
