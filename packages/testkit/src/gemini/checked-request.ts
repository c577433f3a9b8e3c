import type { ServedModel } from '../model-server.ts';
import type { GenerateRequest } from './request-schema.ts';

/** A model of this service, with what differs between its generations. */
export interface GeminiModel extends ServedModel {
  /**
   * How its thinking is asked for: `level` from Gemini 3 on, a `budget` of tokens at Gemini 2.5, not at all before.
   * https://ai.google.dev/gemini-api/docs/thinking
   */
  readonly thinking?: GeminiThinking;
  /** `required` refuses the first call of a step without its signature, as Gemini 3 does. `optional` by default. */
  readonly signatures?: 'required' | 'optional';
  /** Gemma takes no `systemInstruction`. `taken` by default. */
  readonly system?: 'taken' | 'refused';
  /** What comes with Gemini 3: media in results, and a JSON format beside tools. `refused` by default. */
  readonly newer?: 'taken' | 'refused';
  /** Addresses outside of Google, which Gemini 2.0 does not fetch. `taken` by default. */
  readonly externalUrls?: 'taken' | 'refused';
}

export type GeminiThinking =
  | { readonly kind: 'none' }
  | { readonly kind: 'level'; readonly levels: readonly string[] }
  | {
      readonly kind: 'budget';
      readonly least: number;
      readonly most: number;
      readonly off: 'taken' | 'refused';
    };

/** What the rules look at: a body of the right form, the model in its path, and how the service is set up. */
export interface CheckedRequest {
  readonly body: GenerateRequest;
  readonly model: Required<GeminiModel>;
  readonly promptTokens: number;
  /** Whether this signature is the service's own for this part. */
  readonly isSigned: (signature: string, content: string) => boolean;
}
