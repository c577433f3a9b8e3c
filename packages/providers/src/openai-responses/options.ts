import { z } from 'zod';
import { baseUrl, httpOptions, keyOptions } from '../common-options.ts';
import { accessOptions } from '../openai/options.ts';

/** Settings of a provider of kind `openai-responses`. */
export const OpenaiResponsesOptions = z.object({
  /** Names the provider in messages and origins. Default: its kind. */
  id: z.string().optional(),
  ...keyOptions,
  /** Ends before `/responses`. Default: OpenAI's own, or that of subscriptions where `chatgptAccountId` is set. */
  baseUrl: baseUrl.optional(),
  ...accessOptions,
  /** The account of a ChatGPT subscription, whose OAuth token stands in `apiKey`: sent as `chatgpt-account-id`. */
  chatgptAccountId: z.string().min(1).optional(),
  ...httpOptions,
});
export type OpenaiResponsesOptions = z.output<typeof OpenaiResponsesOptions>;
