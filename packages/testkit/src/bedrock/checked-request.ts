import type { ServedModel } from '../model-server.ts';
import type { ConverseRequest } from './request-schema.ts';

/** A model behind Converse, with what differs between their vendors. What is not said follows from the vendor in its id. */
export interface BedrockModel extends ServedModel {
  readonly vendor?: 'anthropic' | 'amazon' | 'other';
  /** The kinds of thinking that a model of Anthropic takes. `enabled` by default. */
  readonly thinking?: readonly ('enabled' | 'adaptive')[];
  /** Where cache points may stand. Everywhere at Anthropic, in the system prompt and in messages of words at Amazon. */
  readonly cachePoints?: 'everywhere' | 'words' | 'refused';
  /** `one` takes `temperature` or `topP`, not both, as Claude does from 4 on. */
  readonly sampling?: 'both' | 'one';
  /** Whether results of tools and words of the user may share a turn. */
  readonly results?: 'mixed' | 'apart';
  /** `profile` is served under the id of an inference profile only. */
  readonly throughput?: 'on-demand' | 'profile';
}

/** What the rules look at: a body of the right form, the model that the path names, and how the service is set up. */
export interface CheckedRequest {
  readonly body: ConverseRequest;
  readonly model: Required<BedrockModel>;
  readonly promptTokens: number;
  /** Whether this signature is the model's own for this text. */
  readonly isSigned: (reasoning: string, signature: string) => boolean;
}
