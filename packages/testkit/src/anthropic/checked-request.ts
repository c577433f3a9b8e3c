import type { ServedModel } from '../model-server.ts';
import type { MessagesRequest } from './request-schema.ts';

/** https://platform.claude.com/docs/en/api/versioning */
export const apiVersions = ['2023-01-01', '2023-06-01', '2026-10-21'] as const;
export type ApiVersion = (typeof apiVersions)[number];

/** A model of this service, with what differs between its generations. */
export interface AnthropicModel extends ServedModel {
  /** Whether an answer may be begun by the client. `taken` by default. */
  readonly prefill?: 'taken' | 'refused';
  /** Whether `system` is a role of messages. `refused` by default. */
  readonly systemMessages?: 'taken' | 'refused';
  /** The kinds of thinking that it takes; `enabled` up to Claude 4.6, `adaptive` from there on. */
  readonly thinking?: readonly ('enabled' | 'adaptive')[];
  /** `counted` refuses a prompt that leaves no room for `max_tokens` in the context window. `ignored` by default, as since Claude Sonnet 4.5. */
  readonly outputReserve?: 'counted' | 'ignored';
}

/** What the rules look at: a body of the right form, the model that it names, and how the service is set up. */
export interface CheckedRequest {
  readonly body: MessagesRequest;
  readonly model: Required<AnthropicModel>;
  readonly apiVersion: ApiVersion;
  readonly turns: 'combined' | 'alternating';
  readonly promptTokens: number;
  /** Whether this signature is the service's own for this text. */
  readonly isSigned: (thinking: string, signature: string) => boolean;
}
