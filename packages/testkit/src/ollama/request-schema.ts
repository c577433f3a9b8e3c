import { z } from 'zod';

/**
 * The body of `POST /api/chat`, as Go's JSON decoder takes it: unknown fields are passed over, `null`
 * is the same as absent, and a value of another type is refused.
 * https://docs.ollama.com/api/chat and https://github.com/ollama/ollama/blob/main/api/types.go
 */

const words = z.string().nullish();
const ToolCall = z.looseObject({
  id: words,
  function: z
    .looseObject({
      index: z.int().nullish(),
      name: words,
      /** An object. Text, as OpenAI has it, is refused. */
      arguments: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});
export type ToolCall = z.infer<typeof ToolCall>;

export const ChatMessage = z.looseObject({
  role: words,
  /** Text. A list of parts, as OpenAI has it, is refused. */
  content: words,
  thinking: words,
  images: z.array(z.string()).nullish(),
  tool_calls: z.array(ToolCall).nullish(),
  tool_name: words,
  tool_call_id: words,
});
export type ChatMessage = z.infer<typeof ChatMessage>;

const ChatTool = z.looseObject({
  type: words,
  function: z
    .looseObject({
      name: words,
      description: words,
      parameters: z
        .looseObject({
          type: words,
          required: z.array(z.string()).nullish(),
          properties: z.record(z.string(), z.looseObject({})).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type ChatTool = z.infer<typeof ChatTool>;

export const ChatRequest = z.looseObject({
  model: words,
  messages: z.array(ChatMessage).nullish(),
  tools: z.array(ChatTool).nullish(),
  stream: z.boolean().nullish(),
  /** `json` or a JSON schema. */
  format: z.unknown().optional(),
  /** `true`, `false` or a level. */
  think: z.unknown().optional(),
  keep_alive: z.union([z.string(), z.number()]).nullish(),
  options: z.record(z.string(), z.unknown()).nullish(),
  truncate: z.boolean().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().nullish(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;
