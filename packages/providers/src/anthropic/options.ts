import { z } from 'zod';
import { baseUrl, httpOptions, keyOptions } from '../common-options.ts';

/** Settings of a provider of kind `anthropic`. */
export const AnthropicOptions = z.object({
  /** Names the provider in messages and origins. Default: its kind. */
  id: z.string().optional(),
  ...keyOptions,
  /** An OAuth token in place of a key. */
  authToken: z.string().min(1).optional(),
  /** Ends before `/v1/messages`. Default: Anthropic's own. */
  baseUrl: baseUrl.optional(),
  /**
   * `anthropic-version`. Default: the newest the SDK knows, and `2023-06-01` where a request asks for a temperature,
   * which newer versions refuse, or goes to another address. https://platform.claude.com/docs/en/api/versioning
   */
  apiVersion: z.string().optional(),
  /** Names of `anthropic-beta`. */
  betas: z.array(z.string()).default([]),
  /** Marks what a next request will repeat, so that it costs a tenth. Off for servers that refuse the marks. */
  promptCaching: z.enum(['on', 'off']).default('on'),
  /** The longest answer where a request names none. Default: the model's own limit, at most 32,000. */
  maxOutputTokens: z.int().positive().optional(),
  ...httpOptions,
});
export type AnthropicOptions = z.output<typeof AnthropicOptions>;
