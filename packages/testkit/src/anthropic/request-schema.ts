import { z } from 'zod';

/**
 * The body of `POST /v1/messages`, as strict as the service is: an unknown field is refused.
 * https://platform.claude.com/docs/en/api/messages and the types of `@anthropic-ai/sdk` 1.11.0.
 */

const CacheControl = z
  .strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
  .nullish();

const TextBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  cache_control: CacheControl,
  citations: z.array(z.looseObject({ type: z.string() })).nullish(),
});

const base64 = z.base64();
const ImageSource = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('base64'),
    media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
    data: base64,
  }),
  z.strictObject({ type: z.literal('url'), url: z.string() }),
  z.strictObject({ type: z.literal('file'), file_id: z.string() }),
]);
const ImageBlock = z.strictObject({
  type: z.literal('image'),
  source: ImageSource,
  cache_control: CacheControl,
  transformations: z.unknown().optional(),
});

const DocumentSource = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('base64'),
    media_type: z.literal('application/pdf'),
    data: base64,
  }),
  z.strictObject({
    type: z.literal('text'),
    media_type: z.literal('text/plain'),
    data: z.string(),
  }),
  z.strictObject({
    type: z.literal('content'),
    content: z.union([z.string(), z.array(z.looseObject({ type: z.string() }))]),
  }),
  z.strictObject({ type: z.literal('url'), url: z.string() }),
  z.strictObject({ type: z.literal('file'), file_id: z.string() }),
]);
const DocumentBlock = z.strictObject({
  type: z.literal('document'),
  source: DocumentSource,
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.looseObject({ enabled: z.boolean().optional() }).nullish(),
  cache_control: CacheControl,
});

const ThinkingBlock = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string(),
});
const RedactedThinkingBlock = z.strictObject({
  type: z.literal('redacted_thinking'),
  data: z.string(),
});

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview */
const toolUseId = z.string().regex(/^[a-zA-Z0-9_-]+$/);
const ToolUseBlock = z.strictObject({
  type: z.literal('tool_use'),
  id: toolUseId,
  name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  cache_control: CacheControl,
  caller: z.looseObject({ type: z.string() }).optional(),
  toolset_name: z.string().nullish(),
});

const ToolResultContent = z.discriminatedUnion('type', [
  TextBlock,
  ImageBlock,
  DocumentBlock,
  z.looseObject({ type: z.literal('search_result') }),
  z.looseObject({ type: z.literal('tool_reference') }),
  z.looseObject({ type: z.literal('browser_state') }),
]);
const ToolResultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: toolUseId,
  content: z.union([z.string(), z.array(ToolResultContent)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: CacheControl,
  toolset_name: z.string().nullish(),
});

/** Blocks of tools that the service runs itself: only sent back as they came, so only their type is read. */
const serverBlockTypes = [
  'search_result',
  'server_tool_use',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'bash_code_execution_tool_result',
  'text_editor_code_execution_tool_result',
  'tool_search_tool_result',
  'container_upload',
  'mcp_tool_use',
  'mcp_tool_result',
  'compaction',
] as const;
const ServerBlock = z.looseObject({ type: z.enum(serverBlockTypes) });

export const ContentBlock = z.discriminatedUnion('type', [
  TextBlock,
  ImageBlock,
  DocumentBlock,
  ThinkingBlock,
  RedactedThinkingBlock,
  ToolUseBlock,
  ToolResultBlock,
  ServerBlock,
]);
export type ContentBlock = z.infer<typeof ContentBlock>;

export const InputMessage = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(ContentBlock)]),
});
export type InputMessage = z.infer<typeof InputMessage>;

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview */
const CustomTool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal('object') }),
  cache_control: CacheControl,
  strict: z.boolean().optional(),
  defer_loading: z.boolean().optional(),
  allowed_callers: z.array(z.string()).optional(),
  eager_input_streaming: z.boolean().nullish(),
  input_examples: z.array(z.record(z.string(), z.unknown())).optional(),
});
const ServerTool = z.looseObject({
  type: z.string().regex(/_(\d{8})$|^mcp_toolset$/),
  name: z.string().optional(),
});
export const InputTool = z.union([CustomTool, ServerTool]);
export type InputTool = z.infer<typeof InputTool>;

const parallel = { disable_parallel_tool_use: z.boolean().optional() };
const ToolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), ...parallel }),
  z.strictObject({ type: z.literal('any'), ...parallel }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
  z.strictObject({ type: z.literal('none') }),
]);

const display = { display: z.enum(['summarized', 'omitted']).nullish() };
/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
const ThinkingConfig = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enabled'), budget_tokens: z.int().min(1024), ...display }),
  z.strictObject({ type: z.literal('adaptive'), ...display }),
  z.strictObject({ type: z.literal('between_tools') }),
  z.strictObject({ type: z.literal('disabled') }),
]);

export const MessagesRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().min(0),
  messages: z.array(InputMessage),
  system: z.union([z.string(), z.array(TextBlock)]).optional(),
  tools: z.array(InputTool).optional(),
  tool_choice: ToolChoice.optional(),
  thinking: ThinkingConfig.optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  stop_sequences: z.array(z.string()).optional(),
  stream: z.boolean().optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).nullish() }).optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  speed: z.enum(['standard', 'fast']).nullish(),
  inference_geo: z.string().nullish(),
  cache_control: CacheControl,
  output_config: z.looseObject({}).optional(),
  output_format: z.looseObject({}).nullish(),
  container: z.unknown().optional(),
  context_management: z.looseObject({}).nullish(),
  diagnostics: z.looseObject({}).nullish(),
  mcp_servers: z.array(z.looseObject({})).optional(),
  user_profile_id: z.string().optional(),
  workspace_id: z.string().optional(),
});
export type MessagesRequest = z.infer<typeof MessagesRequest>;
