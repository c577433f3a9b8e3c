import { z } from 'zod';
import { baseUrl, httpOptions, keyOptions } from '../common-options.ts';

/**
 * Settings of a provider of kind `bedrock`. Without any key Amazon's own chain is asked: environment, profile, single
 * sign-on, container, instance. https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export const BedrockOptions = z
  .object({
    /** Names the provider in messages and origins. Default: its kind. */
    id: z.string().optional(),
    /** A Bedrock API key. https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html */
    ...keyOptions,
    /** The keys of a user or role, which sign each request. */
    accessKeyId: z.string().min(1).optional(),
    secretAccessKey: z.string().min(1).optional(),
    /** Belongs to keys that are temporary. */
    sessionToken: z.string().min(1).optional(),
    /** A profile of `~/.aws/config`. */
    profile: z.string().min(1).optional(),
    /** Such as `eu-central-1`. Default: what the address names, else what Amazon's own chain finds. */
    region: z.string().min(1).optional(),
    /** Ends before `/model`. Default: that of the region. */
    baseUrl: baseUrl.optional(),
    /** Where models are listed; ends before `/foundation-models`. Default: derived from the address of the models. */
    controlUrl: baseUrl.optional(),
    /** Marks what a next request will repeat, for models that take the marks. */
    promptCaching: z.enum(['on', 'off']).default('on'),
    /** The longest answer where a request names none. Default: as long as the model can, for Claude at most 32,000. */
    maxOutputTokens: z.int().positive().optional(),
    /** Sent with each request as `additionalModelRequestFields`, such as `anthropic_beta`. */
    requestFields: z.record(z.string(), z.json()).default({}),
    ...httpOptions,
  })
  .refine(
    ({ accessKeyId, secretAccessKey }) =>
      (accessKeyId === undefined) === (secretAccessKey === undefined),
    { message: 'accessKeyId and secretAccessKey are needed together', path: ['secretAccessKey'] },
  );
export type BedrockOptions = z.output<typeof BedrockOptions>;
