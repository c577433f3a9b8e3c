import { z } from 'zod';
import { Json } from '@cuttle/core-types';

/**
 * The request of `/v1/responses` as far as it is read; unknown fields pass.
 * https://platform.openai.com/docs/api-reference/responses/create
 */
const InputText = z.looseObject({
  type: z.enum(['input_text', 'output_text', 'text']),
  text: z.string(),
});
const InputRefusal = z.looseObject({ type: z.literal('refusal'), refusal: z.string() });
const InputImage = z.looseObject({
  type: z.literal('input_image'),
  image_url: z.string().nullish(),
});
const InputFile = z.looseObject({
  type: z.literal('input_file'),
  file_data: z.string().nullish(),
  filename: z.string().nullish(),
});
const InputAudio = z.looseObject({
  type: z.literal('input_audio'),
  input_audio: z.looseObject({ data: z.string(), format: z.string() }),
});
const InputPart = z.discriminatedUnion('type', [
  InputText,
  InputRefusal,
  InputImage,
  InputFile,
  InputAudio,
]);
export type InputPart = z.infer<typeof InputPart>;
const InputContent = z.union([z.string(), z.array(InputPart)]);

const MessageItem = z.looseObject({
  type: z.literal('message').optional(),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: InputContent,
});
const CallItem = z.looseObject({
  type: z.literal('function_call'),
  call_id: z.string().min(1),
  name: z.string(),
  arguments: z.string(),
});
const ResultItem = z.looseObject({
  type: z.literal('function_call_output'),
  call_id: z.string().min(1),
  name: z.string().nullish(),
  output: InputContent,
});
/** Of other models and never ours: read over. */
const ReasoningItem = z.looseObject({ type: z.literal('reasoning') });
const InputItem = z.discriminatedUnion(
  'type',
  [MessageItem, CallItem, ResultItem, ReasoningItem],
  'An item is a message, function_call, function_call_output or reasoning.',
);
export type InputItem = z.infer<typeof InputItem>;

const FunctionTool = z.looseObject({
  type: z.literal('function', 'Only tools of the type function are passed on: leave others out.'),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
  description: z.string().nullish(),
  parameters: z.record(z.string(), Json).nullish(),
  strict: z.boolean().nullish(),
});
export type FunctionTool = z.infer<typeof FunctionTool>;

const TextFormat = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text') }),
  z.looseObject({ type: z.literal('json_object') }),
  z.looseObject({
    type: z.literal('json_schema'),
    name: z.string(),
    schema: z.record(z.string(), Json),
    description: z.string().nullish(),
    strict: z.boolean().nullish(),
  }),
]);
export type TextFormat = z.infer<typeof TextFormat>;

export const ResponseRequest = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string(), z.array(InputItem).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  max_output_tokens: z.int().positive().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.looseObject({ format: TextFormat.nullish() }).nullish(),
  tools: z.array(FunctionTool).nullish(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({ type: z.literal('function'), name: z.string() }),
    ])
    .nullish(),
});
export type ResponseRequest = z.infer<typeof ResponseRequest>;
