import { z } from 'zod';
import { DollarPrices } from './catalogue/dollar-prices.ts';
import { ExchangeLimits } from './exchange/limits.ts';

/** A model that a person names in the settings, where a service does not list it or lists it without its limits. */
export const ModelEntry = z.object({
  id: z.string(),
  contextWindow: z.int().positive().optional(),
  maxOutputTokens: z.int().positive().optional(),
  inputs: z.array(z.enum(['text', 'image', 'audio', 'document', 'video'])).optional(),
  prices: DollarPrices.optional(),
});
export type ModelEntry = z.infer<typeof ModelEntry>;

/** Settings of every provider that is reached over HTTP. */
export const httpOptions = {
  headers: z.record(z.string(), z.string()).default({}),
  /** Shown in place of the service's own list. */
  models: z.array(ModelEntry).optional(),
  ...ExchangeLimits.shape,
};

/** One key, or several for a router that spreads its calls; a provider by itself uses the first. */
export const keyOptions = {
  apiKey: z.string().min(1).optional(),
  apiKeys: z.array(z.string().min(1)).optional(),
};

export function firstKey(options: {
  readonly apiKey?: string | undefined;
  readonly apiKeys?: readonly string[] | undefined;
}): string | undefined {
  return options.apiKey ?? options.apiKeys?.[0];
}

/** What must never be shown. */
export function secretsOf(options: {
  readonly apiKey?: string | undefined;
  readonly apiKeys?: readonly string[] | undefined;
  readonly authToken?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}): readonly string[] {
  const { apiKey, authToken, apiKeys = [], headers = {} } = options;
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    secretHeader.test(name) ? [value] : [],
  );
  return [apiKey, authToken, ...apiKeys, ...inHeaders].filter((secret) => secret !== undefined);
}

/** Names of headers in which proxies want a secret. */
const secretHeader = /auth|key|token|secret|cookie|password/i;

/** An http(s) address. */
export const baseUrl = z.url({ protocol: /^https?$/ });
