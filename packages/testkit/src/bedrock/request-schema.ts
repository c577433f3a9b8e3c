import { z } from 'zod';

/**
 * The body of `POST /model/{modelId}/converse` and `/converse-stream`, strict: a field that the document does not know is
 * refused. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html and the types of
 * `@aws-sdk/client-bedrock-runtime` 3.1162.0.
 */

/** Exactly one member, as the service's unions have it. */
function union<Members extends z.ZodRawShape>(members: Members) {
  const shape = z.strictObject(members).partial();
  return shape.refine((value) => Object.keys(value).length === 1, {
    message: `Member must have exactly one of: ${Object.keys(members).join(', ')}`,
  });
}

const text = z.string();
const filled = z.string().min(1);
const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_-]+$/);
/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html */
const toolUseId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-zA-Z0-9_.:-]+$/);
const bytes = z.base64().min(1);
const json = z.record(z.string(), z.json());

const CachePoint = z.strictObject({
  type: z.literal('default'),
  ttl: z.enum(['5m', '1h']).optional(),
});

const S3Location = z.strictObject({
  uri: z.string().regex(/^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/),
  bucketOwner: z
    .string()
    .regex(/^[0-9]{12}$/)
    .optional(),
});
const MediaSource = union({ bytes, s3Location: S3Location });

const ImageBlock = z.strictObject({
  format: z.enum(['png', 'jpeg', 'gif', 'webp']),
  source: MediaSource,
});
const AudioBlock = z.strictObject({
  format: z.enum([
    'mp3',
    'opus',
    'wav',
    'aac',
    'flac',
    'mp4',
    'ogg',
    'mkv',
    'mka',
    'x-aac',
    'm4a',
    'mpeg',
    'mpga',
    'pcm',
    'webm',
  ]),
  source: MediaSource,
});
const VideoBlock = z.strictObject({
  format: z.enum(['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp']),
  source: MediaSource,
});
const DocumentBlock = z.strictObject({
  format: z.enum(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']),
  name: z.string().min(1).max(200),
  source: union({
    bytes,
    s3Location: S3Location,
    text,
    content: z.array(z.strictObject({ text })),
  }),
  context: z.string().optional(),
  citations: z.strictObject({ enabled: z.boolean() }).optional(),
});

const ReasoningContent = union({
  reasoningText: z.strictObject({ text, signature: z.string().optional() }),
  redactedContent: z.base64(),
});

const ToolUse = z.strictObject({
  toolUseId,
  name,
  input: json,
  type: z.literal('server_tool_use').optional(),
});
const ToolResult = z.strictObject({
  toolUseId,
  content: z.array(
    union({ json, text, image: ImageBlock, document: DocumentBlock, video: VideoBlock }),
  ),
  status: z.enum(['success', 'error']).optional(),
  type: z.string().optional(),
});

const ContentBlock = union({
  text,
  image: ImageBlock,
  document: DocumentBlock,
  video: VideoBlock,
  audio: AudioBlock,
  toolUse: ToolUse,
  toolResult: ToolResult,
  reasoningContent: ReasoningContent,
  cachePoint: CachePoint,
});
export type ContentBlock = z.infer<typeof ContentBlock>;

const Message = z.strictObject({
  role: z.enum(['user', 'assistant']),
  content: z.array(ContentBlock),
});
export type Message = z.infer<typeof Message>;

const Tool = union({
  toolSpec: z.strictObject({
    name,
    description: filled.optional(),
    inputSchema: z.strictObject({ json }),
    strict: z.boolean().optional(),
  }),
  systemTool: z.strictObject({ name }),
  cachePoint: CachePoint,
});
export type Tool = z.infer<typeof Tool>;

const ToolConfig = z.strictObject({
  tools: z.array(Tool).min(1),
  toolChoice: union({
    auto: z.strictObject({}),
    any: z.strictObject({}),
    tool: z.strictObject({ name }),
  }).optional(),
});

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html */
const InferenceConfig = z.strictObject({
  maxTokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(1).optional(),
  topP: z.number().min(0).max(1).optional(),
  stopSequences: z.array(filled).max(2500).optional(),
});

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_OutputConfig.html */
const OutputConfig = z.strictObject({
  textFormat: z
    .strictObject({
      type: z.literal('json_schema'),
      structure: z.strictObject({
        jsonSchema: z.strictObject({
          schema: z.string(),
          name: z.string().optional(),
          description: z.string().optional(),
        }),
      }),
    })
    .optional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).optional(),
});

export const ConverseRequest = z.strictObject({
  messages: z.array(Message).optional(),
  system: z.array(union({ text: filled, cachePoint: CachePoint })).optional(),
  inferenceConfig: InferenceConfig.optional(),
  toolConfig: ToolConfig.optional(),
  outputConfig: OutputConfig.optional(),
  additionalModelRequestFields: json.optional(),
  additionalModelResponseFieldPaths: z.array(z.string().min(1).max(256)).max(10).optional(),
  guardrailConfig: z
    .strictObject({
      guardrailIdentifier: z.string().max(2048),
      guardrailVersion: z.string().regex(/^(([1-9][0-9]{0,7})|(DRAFT))$/),
      trace: z.enum(['enabled', 'disabled', 'enabled_full']).optional(),
      streamProcessingMode: z.enum(['sync', 'async']).optional(),
    })
    .optional(),
  performanceConfig: z.strictObject({ latency: z.enum(['standard', 'optimized']) }).optional(),
  promptVariables: z.record(z.string(), z.strictObject({ text })).optional(),
  requestMetadata: z.record(z.string().max(256), z.string().max(256)).optional(),
  serviceTier: z
    .strictObject({ type: z.enum(['priority', 'default', 'flex', 'reserved']) })
    .optional(),
});
export type ConverseRequest = z.infer<typeof ConverseRequest>;
