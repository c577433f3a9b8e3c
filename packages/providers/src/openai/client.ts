import type OpenAI from 'openai';
import { firstKey } from '../common-options.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import type { OpenaiOptions } from './options.ts';
import { openaiUrl } from './quirks.ts';

/** The largest delay a timer takes: the SDK's time-out is off, since ours ends the call. */
const never = 2_147_483_647;

/**
 * The official SDK, loaded here and nowhere else. Every setting is said, so that it reads none from the environment;
 * its retries are off.
 */
export async function openClient(options: OpenaiOptions, fetch: Fetch): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  const { baseUrl, organization, project, headers } = options;
  const apiKey = firstKey(options);
  return new Client({
    apiKey: apiKey ?? 'none',
    adminAPIKey: null,
    webhookSecret: null,
    organization: organization ?? null,
    project: project ?? null,
    baseURL: baseUrl ?? openaiUrl,
    // A local server without a key gets none.
    defaultHeaders: { ...(apiKey === undefined && { authorization: null }), ...headers },
    fetch,
    maxRetries: 0,
    timeout: never,
    logLevel: 'off',
    // Whoever runs this in a browser chose to.
    dangerouslyAllowBrowser: true,
  });
}
