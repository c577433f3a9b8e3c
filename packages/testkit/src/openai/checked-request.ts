import type { ServedModel } from '../model-server.ts';
import type { ChatRequest } from './request-schema.ts';

export interface OpenaiModel extends ServedModel {
  /** A reasoning model takes neither `max_tokens` nor sampling parameters. `plain` by default. */
  readonly kind?: 'plain' | 'reasoning';
  /** What a user message may hold beside text. Images and files by default; OpenAI has no `video_url`, servers of open models do. */
  readonly inputs?: readonly ('image_url' | 'input_audio' | 'file' | 'video_url')[];
}

/** How reasoning is shown: OpenAI hides it, others send it in a field of the message and take it back there. */
export type ReasoningField = 'hidden' | 'reasoning_content' | 'reasoning';

/** What the rules look at. */
export interface CheckedRequest {
  readonly body: ChatRequest;
  readonly model: Required<OpenaiModel>;
  readonly reasoning: ReasoningField;
  readonly promptTokens: number;
}
