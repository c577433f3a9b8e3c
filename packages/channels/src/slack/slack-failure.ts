import { CuttleError, type ErrorCode, isCuttleError } from '@cuttle/core-types/errors';
import { z } from 'zod';
import { hadNoEffect } from '../network-failure.ts';

/** https://docs.slack.dev/apis/web-api/#slack-web-api__evaluating-responses */
const Refusal = z.looseObject({
  error: z.string(),
  needed: z.string().optional().catch(undefined),
  response_metadata: z
    .looseObject({ messages: z.array(z.string()).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** What a refusal means, and what to do. */
interface Verdict {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint?: string;
  /** Slack says that nothing was done. */
  readonly undone?: true;
}

/** The rest is `channel.invalid`. https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const verdicts: readonly (Verdict & { readonly errors: readonly string[] })[] = [
  {
    errors: [
      'invalid_auth',
      'not_authed',
      'account_inactive',
      'token_revoked',
      'token_expired',
      'org_login_required',
      'ekm_access_denied',
      'team_access_not_granted',
      'not_allowed_token_type',
    ],
    code: 'channel.auth',
    what: 'Slack refused the token',
    hint: 'Install the app again under OAuth & Permissions, set the new token and restart the channel: docs/slack.md.',
  },
  {
    errors: [
      'channel_not_found',
      'not_in_channel',
      'is_archived',
      'user_not_found',
      'user_not_in_channel',
      'user_disabled',
      'users_not_found',
      'cannot_dm_bot',
      'messages_tab_disabled',
      'restricted_action',
      'restricted_action_read_only_channel',
      'restricted_action_thread_only_channel',
      'restricted_action_non_threadable_channel',
      'restricted_action_thread_locked',
      'access_denied',
      'as_user_not_supported',
    ],
    code: 'channel.blocked',
    what: 'The channel cannot be written to',
    hint: 'Invite the app into the channel with /invite, and see that it is not archived or restricted.',
  },
  {
    errors: ['ratelimited', 'rate_limited'],
    code: 'channel.rate-limited',
    what: 'Slack asked us to wait',
  },
  {
    errors: ['service_unavailable', 'request_timeout', 'team_added_to_org'],
    code: 'channel.unavailable',
    what: 'Slack had a failure of its own',
    undone: true,
  },
  {
    // "It's possible some aspect of the operation succeeded before the error was raised."
    errors: ['internal_error', 'fatal_error'],
    code: 'channel.unavailable',
    what: 'Slack had a failure of its own',
  },
];

const longestWord = 60;

/** `{ ok: false, error }` → `channel.*`. `details.slack` is Slack's own word. */
export function toSlackError(data: unknown): CuttleError {
  const parsed = Refusal.safeParse(data);
  if (!parsed.success || !isWord(parsed.data.error))
    return new CuttleError('channel.unavailable', "The answer of Slack's server cannot be read.");
  const { error: word, needed, response_metadata: more } = parsed.data;
  const { code, what, hint, undone } =
    verdicts.find(({ errors }) => errors.includes(word)) ?? otherwise(word, needed);
  const said = (more?.messages ?? []).join(' ').slice(0, 300);
  return new CuttleError(code, `${what} (${word}${said && `: ${said}`}).`, {
    ...(hint !== undefined && { hint }),
    details: { slack: word, ...(undone && { reached: false }) },
    ...(code === 'channel.rate-limited' && { retryAfterMs: 1000 }),
  });
}

/** Where an answer is no JSON, the client takes all of it for the word. */
function isWord(error: string): boolean {
  return error.length <= longestWord && /^[a-z][\w.-]*$/i.test(error);
}

function otherwise(word: string, needed = ''): Verdict {
  const code = 'channel.invalid';
  if (word !== 'missing_scope') return { code, what: 'Slack refused the request' };
  return {
    code,
    what: `The app was not given ${needed.slice(0, 100) || 'what this needs'}`,
    hint: 'Add the scope under OAuth & Permissions and install the app again: docs/slack.md.',
  };
}

/** An answer with a status other than 200: a wait, or a server that is down. */
export async function toHttpError(response: Response, signal: AbortSignal): Promise<CuttleError> {
  const { status, headers } = response;
  await response.body?.cancel().catch(() => {}); // broken already
  signal.throwIfAborted();
  if (status === 429)
    return new CuttleError('channel.rate-limited', 'Slack asked us to wait (429).', {
      retryAfterMs: waitMsOf(headers.get('retry-after')),
    });
  const code = status >= 500 ? 'channel.unavailable' : 'channel.invalid';
  return new CuttleError(code, `Slack answered with HTTP ${status}.`, {
    details: { status, ...(hadNoEffect(status) && { reached: false }) },
  });
}

/** A wait beyond an hour is not believed. https://docs.slack.dev/apis/web-api/rate-limits */
function waitMsOf(retryAfter: string | null): number {
  const seconds = Number(retryAfter ?? 1);
  const ms = Math.ceil((Number.isFinite(seconds) ? seconds : 1) * 1000);
  return Math.min(Math.max(ms, 1), 3_600_000);
}

/** Slack's own word of a refusal; empty where there is none. */
export function slackWordOf(error: unknown): string {
  const word = isCuttleError(error) ? error.details?.['slack'] : undefined;
  return typeof word === 'string' ? word : '';
}

const refusedContent: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
]);

/** Whether Slack did not take the form of the words. */
export function isRefusedContent(error: unknown): boolean {
  return refusedContent.has(slackWordOf(error));
}
