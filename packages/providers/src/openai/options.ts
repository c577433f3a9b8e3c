import { z } from 'zod';
import { baseUrl, httpOptions, keyOptions } from '../common-options.ts';
import { OpenaiQuirks } from './quirks.ts';

/** How a service of OpenAI's interfaces knows who asks. */
export const accessOptions = {
  organization: z.string().optional(),
  project: z.string().optional(),
  /** Where the key goes. Azure takes a key as `api-key`, and the token of a login as `authorization`. */
  keyHeader: z.enum(['authorization', 'api-key']).default('authorization'),
  /** Sent with the address of every request, such as `api-version` of Azure. */
  query: z.record(z.string(), z.string()).default({}),
};

/** Settings of a provider of kind `openai`, and of every preset that speaks its dialect. */
export const OpenaiOptions = z.object({
  /** Names the provider in messages and origins. Default: its kind. */
  id: z.string().optional(),
  /** Local servers need none. */
  ...keyOptions,
  /** Ends before `/chat/completions`. Default: OpenAI's own. */
  baseUrl: baseUrl.optional(),
  ...accessOptions,
  /** What differs from what most compatible servers take; OpenAI's own address has its own defaults. */
  quirks: OpenaiQuirks.partial().default({}),
  ...httpOptions,
});
export type OpenaiOptions = z.output<typeof OpenaiOptions>;
