import { z } from 'zod';

/** What we read of https://platform.claude.com/docs/en/build-with-claude/streaming. Anything may be added; it is kept where we give it back. */
const Text = z.string().nullish();
const Count = z.number().nullish();

export const AnthropicUsage = z.object({
  input_tokens: Count,
  output_tokens: Count,
  cache_read_input_tokens: Count,
  cache_creation_input_tokens: Count,
  output_tokens_details: z.object({ thinking_tokens: Count }).nullish(),
});
export type AnthropicUsage = z.infer<typeof AnthropicUsage>;

/** A block as it starts in a stream, or whole. What we do not know is kept as it is. */
export const AnthropicBlock = z.looseObject({
  type: z.string(),
  text: Text,
  thinking: Text,
  signature: Text,
  data: Text,
  id: Text,
  name: Text,
  input: z.json().optional(),
});
export type AnthropicBlock = z.infer<typeof AnthropicBlock>;

export const AnthropicDelta = z.looseObject({
  type: Text,
  text: Text,
  thinking: Text,
  signature: Text,
  partial_json: Text,
  stop_reason: Text,
});
export type AnthropicDelta = z.infer<typeof AnthropicDelta>;

const messageFields = {
  usage: AnthropicUsage.nullish(),
  content: z.array(AnthropicBlock).nullish(),
  stop_reason: Text,
};
export const AnthropicMessage = z.looseObject(messageFields);
export type AnthropicMessage = z.infer<typeof AnthropicMessage>;

/** An event of a stream; also a whole message, whose `type` is `message`, and an error. */
export const AnthropicEvent = z.object({
  type: z.string(),
  index: z.number().nullish(),
  message: z.union([AnthropicMessage, z.string()]).nullish(),
  content_block: AnthropicBlock.nullish(),
  delta: AnthropicDelta.nullish(),
  ...messageFields,
});
export type AnthropicEvent = z.infer<typeof AnthropicEvent>;

/** https://platform.claude.com/docs/en/api/models/list */
export const AnthropicModels = z.looseObject({
  data: z
    .array(z.looseObject({ id: z.string(), max_input_tokens: Count, max_tokens: Count }))
    .nullish(),
});
export type AnthropicModels = z.infer<typeof AnthropicModels>;
