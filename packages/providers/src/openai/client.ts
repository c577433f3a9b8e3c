import type OpenAI from 'openai';
import { firstKey } from '../common-options.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import type { accessOptions, OpenaiOptions } from './options.ts';
import { openaiUrl } from './quirks.ts';

/** The largest delay a timer takes: the SDK's time-out is off, since ours ends the call. */
const never = 2_147_483_647;

/** What the SDK is told. */
interface ClientOptions extends Pick<OpenaiOptions, keyof typeof accessOptions> {
  readonly apiKey?: string | undefined;
  readonly apiKeys?: readonly string[] | undefined;
  readonly baseUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The official SDK, loaded here and nowhere else. Every setting is said, so that it reads none from the environment;
 * its retries are off.
 */
export async function openClient(options: ClientOptions, fetch: Fetch): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  const { baseUrl, organization, project, headers, query, keyHeader } = options;
  const apiKey = firstKey(options);
  return new Client({
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    webhookSecret: null,
    organization: organization ?? null,
    project: project ?? null,
    baseURL: baseUrl ?? openaiUrl,
    defaultHeaders: {
      // A local server without a key gets none.
      ...((apiKey === undefined || keyHeader === 'api-key') && { authorization: null }),
      ...(keyHeader === 'api-key' && { 'api-key': apiKey ?? null }),
      ...headers,
    },
    defaultQuery: query,
    fetch,
    maxRetries: 0,
    timeout: never,
    logLevel: 'off',
    // Whoever runs this in a browser chose to.
    dangerouslyAllowBrowser: true,
  });
}
