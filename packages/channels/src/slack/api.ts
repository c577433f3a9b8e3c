import { type Logger, LogLevel, WebClient } from '@slack/web-api';
import { type CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { ChannelDeps } from '../channel-definition.ts';
import { toNetworkError } from '../network-failure.ts';
import { toHttpError, toSlackError } from './slack-failure.ts';

/** Methods of the Web API, once each: no retries, no throttling. https://docs.slack.dev/apis/web-api/ */
export interface SlackApi {
  /** Throws `channel.*`, or `signal.reason` after an abort. */
  call(
    method: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown>;
}

const quiet = (): void => {};
/** The client would write words of people into its log. */
const logger: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  setLevel: quiet,
  getLevel: () => LogLevel.ERROR,
  setName: quiet,
};

export function createSlackApi(
  { token, apiUrl }: { readonly token: string; readonly apiUrl: string },
  { fetch }: Pick<ChannelDeps, 'fetch'>,
): SlackApi {
  return {
    async call(method, args, signal) {
      signal.throwIfAborted();
      // The client takes no signal, so each call has a client with a fetch of its own.
      const client = new WebClient(token, {
        slackApiUrl: apiUrl,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
        logger,
        fetch: async (url, init) => {
          const response = await fetch(url, { ...init, redirect: 'manual', signal });
          if (response.status !== 200) throw await toHttpError(response, signal);
          return response;
        },
      });
      try {
        return await client.apiCall(method, args);
      } catch (error) {
        signal.throwIfAborted();
        throw toChannelError(error);
      }
    },
  };
}

/** What the client threw: a refusal of Slack's, or what our fetch threw within. */
function toChannelError(error: unknown): CuttleError {
  if (typeof error === 'object' && error !== null && 'data' in error)
    return toSlackError(error.data);
  const cause = error instanceof Error && 'original' in error ? error.original : error;
  return isCuttleError(cause) && cause.code.startsWith('channel.')
    ? cause
    : toNetworkError('Slack', cause);
}
