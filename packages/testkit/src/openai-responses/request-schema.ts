import { z } from 'zod';

/**
 * The body of `POST /v1/responses`, as strict as the service is: an unknown field is refused.
 * https://platform.openai.com/docs/api-reference/responses/create, whose OpenAPI schemas these follow.
 */

const mark = { prompt_cache_breakpoint: z.looseObject({}).nullish() };
const InputText = z.strictObject({
  type: z.literal('input_text'),
  text: z.string().max(10_485_760),
  ...mark,
});
const InputImage = z.strictObject({
  type: z.literal('input_image'),
  detail: z.enum(['low', 'high', 'auto', 'original']).nullish(),
  image_url: z.string().max(20_971_520).nullish(),
  file_id: z.string().nullish(),
  ...mark,
});
const InputFile = z.strictObject({
  type: z.literal('input_file'),
  filename: z.string().nullish(),
  file_data: z.string().max(73_400_320).nullish(),
  file_url: z.string().nullish(),
  file_id: z.string().nullish(),
  detail: z.enum(['auto', 'low', 'high']).optional(),
  ...mark,
});
const InputPart = z.discriminatedUnion('type', [InputText, InputImage, InputFile]);
export type InputPart = z.infer<typeof InputPart>;

const OutputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.looseObject({})).optional(),
  logprobs: z.array(z.looseObject({})).nullish(),
});
const Refused = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });
const OutputPart = z.discriminatedUnion('type', [OutputText, Refused]);

const id = z.string().min(1).max(64);
const status = z.enum(['in_progress', 'completed', 'incomplete']).nullish();
const message = { type: z.literal('message'), id: id.optional(), status };
const inputMessage = {
  ...message,
  content: z.union([z.string(), z.array(InputPart).min(1)]),
};
const UserMessage = z.strictObject({ role: z.literal('user'), ...inputMessage });
const SystemMessage = z.strictObject({ role: z.literal('system'), ...inputMessage });
const DeveloperMessage = z.strictObject({ role: z.literal('developer'), ...inputMessage });
const AssistantMessage = z.strictObject({
  role: z.literal('assistant'),
  ...message,
  content: z.union([z.string(), z.array(OutputPart).min(1)]),
  phase: z.enum(['commentary', 'final_answer']).nullish(),
});
const MessageItem = z.discriminatedUnion('role', [
  AssistantMessage,
  SystemMessage,
  DeveloperMessage,
  UserMessage,
]);
export type MessageItem = z.infer<typeof MessageItem>;

const callId = z.string().min(1).max(64);
const functionName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-zA-Z0-9_-]+$/);
const call = {
  id: id.optional(),
  call_id: callId,
  name: functionName,
  namespace: z.string().optional(),
  caller: z.looseObject({ type: z.enum(['direct', 'program']) }).nullish(),
  status,
};
const FunctionCall = z.strictObject({
  type: z.literal('function_call'),
  ...call,
  arguments: z.string(),
});
const CustomCall = z.strictObject({
  type: z.literal('custom_tool_call'),
  ...call,
  input: z.string(),
});
const result = {
  id: id.nullish(),
  call_id: callId,
  output: z.union([z.string().max(10_485_760), z.array(InputPart).min(1)]),
  caller: z.looseObject({ type: z.enum(['direct', 'program']) }).nullish(),
  status,
};
const FunctionResult = z.strictObject({
  type: z.literal('function_call_output'),
  ...result,
  name: z.string().min(1).max(128).nullish(),
  namespace: z.string().min(1).max(64).nullish(),
});
const CustomResult = z.strictObject({ type: z.literal('custom_tool_call_output'), ...result });

const ReasoningItem = z.strictObject({
  type: z.literal('reasoning'),
  id,
  summary: z.array(z.strictObject({ type: z.literal('summary_text'), text: z.string() })),
  content: z
    .array(z.strictObject({ type: z.literal('reasoning_text'), text: z.string() }))
    .max(0)
    .nullish(),
  encrypted_content: z.string().nullish(),
  status,
});
const ItemReference = z.strictObject({ type: z.literal('item_reference'), id });

/** What the service's own tools said; this server has none, so their items are only known by name. */
const HostedItem = z.looseObject({
  type: z.enum([
    'web_search_call',
    'file_search_call',
    'code_interpreter_call',
    'image_generation_call',
    'computer_call',
    'computer_call_output',
    'local_shell_call',
    'local_shell_call_output',
    'shell_call',
    'shell_call_output',
    'apply_patch_call',
    'apply_patch_call_output',
    'mcp_list_tools',
    'mcp_call',
    'mcp_approval_request',
    'mcp_approval_response',
    'tool_search_call',
    'tool_search_output',
    'additional_tools',
    'program',
    'program_output',
    'compaction',
    'compaction_trigger',
  ]),
  id: id.nullish(),
});

export const InputItem = z.discriminatedUnion('type', [
  MessageItem,
  FunctionCall,
  FunctionResult,
  CustomCall,
  CustomResult,
  ReasoningItem,
  ItemReference,
  HostedItem,
]);
export type InputItem = z.infer<typeof InputItem>;

const toolName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_-]+$/);
const FunctionTool = z.strictObject({
  type: z.literal('function'),
  name: toolName,
  description: z.string().nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  output_schema: z.record(z.string(), z.unknown()).nullish(),
  strict: z.boolean().nullish(),
  defer_loading: z.boolean().optional(),
  allowed_callers: z.array(z.string()).nullish(),
});
const CustomTool = z.strictObject({
  type: z.literal('custom'),
  name: toolName,
  description: z.string().optional(),
  format: z.looseObject({}).optional(),
  defer_loading: z.boolean().optional(),
  allowed_callers: z.array(z.string()).nullish(),
});
const HostedTool = z.looseObject({
  type: z.enum([
    'web_search',
    'web_search_preview',
    'file_search',
    'code_interpreter',
    'image_generation',
    'computer',
    'computer_use_preview',
    'mcp',
    'local_shell',
    'shell',
    'apply_patch',
    'tool_search',
    'namespace',
    'programmatic_tool_calling',
  ]),
});
const ResponsesTool = z.discriminatedUnion('type', [FunctionTool, CustomTool, HostedTool]);
export type ResponsesTool = z.infer<typeof ResponsesTool>;

const ToolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('function'), name: z.string() }),
    z.strictObject({ type: z.literal('custom'), name: z.string() }),
    z.strictObject({
      type: z.literal('allowed_tools'),
      mode: z.enum(['auto', 'required']),
      tools: z.array(z.looseObject({})),
    }),
  ]),
]);

const TextFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: toolName,
    description: z.string().optional(),
    schema: z.record(z.string(), z.unknown()),
    strict: z.boolean().nullish(),
  }),
]);

const any = z.unknown().optional();
export const ResponsesRequest = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(InputItem)]).optional(),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_obfuscation: z.boolean().optional() }).nullish(),
  store: z.boolean().nullish(),
  include: z
    .array(
      z.enum([
        'file_search_call.results',
        'web_search_call.results',
        'web_search_call.action.sources',
        'message.input_image.image_url',
        'computer_call_output.output.image_url',
        'code_interpreter_call.outputs',
        'reasoning.encrypted_content',
        'message.output_text.logprobs',
      ]),
    )
    .nullish(),
  previous_response_id: z.string().nullish(),
  conversation: any,
  tools: z.array(ResponsesTool).max(128).optional(),
  tool_choice: ToolChoice.optional(),
  parallel_tool_calls: z.boolean().nullish(),
  max_tool_calls: z.int().min(1).nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  reasoning: z
    .strictObject({
      mode: z.string().optional(),
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      generate_summary: z.enum(['auto', 'concise', 'detailed']).nullish(),
      context: z.enum(['auto', 'current_turn', 'all_turns']).nullish(),
    })
    .nullish(),
  text: z
    .strictObject({
      format: TextFormat.optional(),
      verbosity: z.enum(['low', 'medium', 'high']).nullish(),
    })
    .optional(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  background: z.boolean().nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']).nullish(),
  metadata: z.record(z.string(), z.string().max(512)).nullish(),
  user: z.string().optional(),
  safety_identifier: z.string().max(64).nullish(),
  prompt_cache_key: z.string().max(64).nullish(),
  prompt_cache_retention: z.enum(['in_memory', '24h']).nullish(),
  prompt_cache_options: any,
  context_management: any,
  moderation: any,
  prompt: any,
});
export type ResponsesRequest = z.infer<typeof ResponsesRequest>;
