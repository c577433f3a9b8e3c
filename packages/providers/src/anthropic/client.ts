import type Anthropic from '@anthropic-ai/sdk';
import { firstKey } from '../common-options.ts';
import type { Fetch } from '../exchange/strict-fetch.ts';
import type { AnthropicOptions } from './options.ts';

/** The largest delay a timer takes: the SDK's time-out is off, since ours ends the call. */
const never = 2_147_483_647;
const anthropicUrl = 'https://api.anthropic.com';
/** What compatible servers know, and what still takes a temperature. */
const olderVersion = '2023-06-01';

/**
 * The official SDK, loaded here and nowhere else. Every setting is said, so that it reads none from the environment;
 * its retries and its tracing are off.
 */
export async function openClient(options: AnthropicOptions, fetch: Fetch): Promise<Anthropic> {
  const { Anthropic: Client } = await import('@anthropic-ai/sdk');
  const { baseUrl, authToken, headers, betas } = options;
  const apiKey = firstKey(options);
  return new Client({
    ...(authToken === undefined ? { apiKey: apiKey ?? 'none' } : { authToken }),
    webhookKey: null,
    baseURL: baseUrl ?? anthropicUrl,
    defaultHeaders: {
      // The SDK sends a key as a bearer token; compatible servers look here.
      ...(baseUrl !== undefined && apiKey !== undefined && { 'x-api-key': apiKey }),
      ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
      ...headers,
    },
    fetch,
    maxRetries: 0,
    timeout: never,
    logLevel: 'off',
    openTelemetry: false,
    // Whoever runs this in a browser chose to.
    dangerouslyAllowBrowser: true,
  });
}

export function versionHeaders(
  { apiVersion, baseUrl }: AnthropicOptions,
  sampling: 'said' | 'unsaid',
): Record<string, string> {
  const foreign = baseUrl !== undefined && new URL(baseUrl).host !== new URL(anthropicUrl).host;
  const version = apiVersion ?? (foreign || sampling === 'said' ? olderVersion : undefined);
  return version === undefined ? {} : { 'anthropic-version': version };
}
