import { z } from 'zod';

/**
 * The body of `POST /v1/chat/completions`, as strict as the service is: an unknown field is refused.
 * https://platform.openai.com/docs/api-reference/chat/create, whose OpenAPI schemas these follow.
 */

const text = {
  type: z.literal('text'),
  text: z.string(),
  prompt_cache_breakpoint: z.looseObject({}).optional(),
};
const TextPart = z.strictObject(text);
const RefusalPart = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });
const ImagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z.string(),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
  prompt_cache_breakpoint: z.looseObject({}).optional(),
});
const AudioPart = z.strictObject({
  type: z.literal('input_audio'),
  input_audio: z.strictObject({ data: z.string(), format: z.enum(['wav', 'mp3']) }),
  prompt_cache_breakpoint: z.looseObject({}).optional(),
});
const FilePart = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({
    filename: z.string().optional(),
    file_data: z.string().optional(),
    file_id: z.string().optional(),
  }),
  prompt_cache_breakpoint: z.looseObject({}).optional(),
});
/** Not OpenAI's: https://docs.vllm.ai/en/latest/features/multimodal_inputs.html#video-inputs */
const VideoPart = z.strictObject({
  type: z.literal('video_url'),
  video_url: z.strictObject({ url: z.string() }),
});
/** Every role may name every part; which it may hold is a rule, because the service says it in other words. */
const Part = z.discriminatedUnion('type', [
  TextPart,
  ImagePart,
  AudioPart,
  FilePart,
  VideoPart,
  RefusalPart,
]);
export type Part = z.infer<typeof Part>;
const Content = z.union([z.string(), z.array(Part).min(1)]).nullish();

const callId = z.string().max(40);
const functionName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_-]+$/);
const FunctionCall = z.strictObject({
  id: callId,
  type: z.literal('function'),
  function: z.strictObject({ name: functionName, arguments: z.string() }),
});
const CustomCall = z.strictObject({
  id: callId,
  type: z.literal('custom'),
  custom: z.strictObject({ name: functionName, input: z.string() }),
});
const ToolCall = z.discriminatedUnion('type', [FunctionCall, CustomCall]);
export type ToolCall = z.infer<typeof ToolCall>;

const name = z
  .string()
  .regex(/^[^\s<|\\/>]+$/)
  .optional();
const SystemMessage = z.strictObject({ role: z.literal('system'), content: Content, name });
const DeveloperMessage = z.strictObject({ role: z.literal('developer'), content: Content, name });
const UserMessage = z.strictObject({ role: z.literal('user'), content: Content, name });
const AssistantMessage = z.strictObject({
  role: z.literal('assistant'),
  content: Content,
  name,
  refusal: z.string().nullish(),
  tool_calls: z.array(ToolCall).min(1).nullish(),
  function_call: z.strictObject({ name: z.string(), arguments: z.string() }).nullish(),
  audio: z.strictObject({ id: z.string() }).nullish(),
  annotations: z.array(z.looseObject({})).nullish(),
  // Services that show their reasoning take it back under the name that they gave it.
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  reasoning_details: z.array(z.looseObject({})).nullish(),
});
const ToolMessage = z.strictObject({
  role: z.literal('tool'),
  content: Content,
  tool_call_id: callId.optional(),
});
const FunctionMessage = z.strictObject({
  role: z.literal('function'),
  content: z.string().nullable(),
  name: z.string(),
});
export const ChatMessage = z.discriminatedUnion('role', [
  SystemMessage,
  AssistantMessage,
  UserMessage,
  FunctionMessage,
  ToolMessage,
  DeveloperMessage,
]);
export type ChatMessage = z.infer<typeof ChatMessage>;

const FunctionTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: functionName,
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
});
const CustomTool = z.strictObject({
  type: z.literal('custom'),
  custom: z.looseObject({ name: functionName, description: z.string().optional() }),
});
const ChatTool = z.discriminatedUnion('type', [FunctionTool, CustomTool]);
export type ChatTool = z.infer<typeof ChatTool>;

const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
    z.strictObject({ type: z.literal('custom'), custom: z.strictObject({ name: z.string() }) }),
    z.strictObject({ type: z.literal('allowed_tools'), allowed_tools: z.looseObject({}) }),
  ]),
]);

const ResponseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: functionName,
      description: z.string().optional(),
      schema: z.record(z.string(), z.unknown()).optional(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const any = z.unknown().optional();
export const ChatRequest = z.strictObject({
  model: z.string(),
  messages: z.array(ChatMessage).min(1),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({
      include_usage: z.boolean().optional(),
      include_obfuscation: z.boolean().optional(),
    })
    .nullish(),
  tools: z.array(ChatTool).min(1).max(128).optional(),
  tool_choice: ToolChoice.optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.int().min(1).max(128).nullish(),
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
  seed: z.int().nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.int()).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: ResponseFormat.optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  verbosity: z.enum(['low', 'medium', 'high']).nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']).nullish(),
  store: z.boolean().nullish(),
  metadata: z.record(z.string(), z.string().max(512)).nullish(),
  user: z.string().optional(),
  safety_identifier: z.string().max(64).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  prompt_cache_options: any,
  modalities: z.array(z.enum(['text', 'audio'])).nullish(),
  audio: any,
  prediction: any,
  web_search_options: any,
  moderation: any,
  functions: any,
  function_call: any,
});
export type ChatRequest = z.infer<typeof ChatRequest>;
