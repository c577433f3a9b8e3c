import { z } from 'zod';
import { baseUrl, httpOptions, keyOptions } from '../common-options.ts';

/** Settings of a provider of kind `gemini`. */
export const GeminiOptions = z.object({
  /** Names the provider in messages and origins. Default: its kind. */
  id: z.string().optional(),
  ...keyOptions,
  /** An OAuth token in place of a key; Vertex AI takes nothing else. It lasts an hour: `gcloud auth print-access-token`. */
  authToken: z.string().min(1).optional(),
  /** Ends before the version. Default: Google's own, or that of the project's location. */
  baseUrl: baseUrl.optional(),
  /** Default: `v1beta`, and `v1beta1` at Vertex AI. */
  apiVersion: z
    .string()
    .regex(/^[\w.-]+$/)
    .optional(),
  /** The project whose models are asked, at Vertex AI in place of the Gemini API. */
  vertex: z
    .object({
      project: z.string().regex(/^[\w:.-]+$/),
      location: z
        .string()
        .regex(/^[\w-]+$/)
        .default('global'),
    })
    .optional(),
  /** What is blocked. Default: the service's own. https://ai.google.dev/gemini-api/docs/safety-settings */
  safetySettings: z.array(z.object({ category: z.string(), threshold: z.string() })).default([]),
  ...httpOptions,
});
export type GeminiOptions = z.output<typeof GeminiOptions>;
