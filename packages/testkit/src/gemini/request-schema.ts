import { z } from 'zod';

/**
 * The body of `generateContent` and `streamGenerateContent`, as strict as the service is: an unknown field is refused.
 * https://ai.google.dev/api/generate-content and https://ai.google.dev/api/caching#Content, whose discovery document these
 * follow. What the service only marks as required is a rule, because it says it in other words.
 */

const text = z.string().optional();
const any = z.unknown().optional();
const record = z.record(z.string(), z.unknown());

const Blob = z.strictObject({ mimeType: text, data: text, displayName: text });
const FileData = z.strictObject({ mimeType: text, fileUri: text, displayName: text });
const FunctionCall = z.strictObject({ id: text, name: text, args: record.optional() });
export type FunctionCall = z.infer<typeof FunctionCall>;
const FunctionResponsePart = z.strictObject({
  inlineData: Blob.optional(),
  fileData: FileData.optional(),
});
const FunctionResponse = z.strictObject({
  id: text,
  name: text,
  response: record.optional(),
  parts: z.array(FunctionResponsePart).optional(),
  willContinue: z.boolean().optional(),
  scheduling: z.enum(['SILENT', 'WHEN_IDLE', 'INTERRUPT']).optional(),
});

/** The fields of which a part has one. */
const partData = {
  text,
  inlineData: Blob.optional(),
  fileData: FileData.optional(),
  functionCall: FunctionCall.optional(),
  functionResponse: FunctionResponse.optional(),
  executableCode: z.strictObject({ id: text, language: text, code: text }).optional(),
  codeExecutionResult: z.strictObject({ id: text, outcome: text, output: text }).optional(),
  toolCall: z.strictObject({ id: text, toolType: text, args: record.optional() }).optional(),
  toolResponse: z
    .strictObject({ id: text, toolType: text, response: record.optional() })
    .optional(),
};
export const partDataFields = Object.keys(partData);

const Part = z.strictObject({
  ...partData,
  thought: z.boolean().optional(),
  thoughtSignature: text,
  partMetadata: any,
  videoMetadata: any,
  mediaResolution: any,
});
export type Part = z.infer<typeof Part>;

const Content = z.strictObject({ role: text, parts: z.array(Part).optional() });
export type Content = z.infer<typeof Content>;

const schemaTypes: ReadonlySet<string> = new Set([
  'STRING',
  'NUMBER',
  'INTEGER',
  'BOOLEAN',
  'ARRAY',
  'OBJECT',
  'NULL',
]);
/** OpenAPI 3.0 in part. https://ai.google.dev/api/caching#Schema */
const Schema = z.strictObject({
  type: z.string().refine((type) => schemaTypes.has(type.toUpperCase())),
  format: text,
  title: text,
  description: text,
  nullable: z.boolean().optional(),
  enum: z.array(z.string()).optional(),
  maxItems: any,
  minItems: any,
  maxProperties: any,
  minProperties: any,
  minLength: any,
  maxLength: any,
  pattern: text,
  example: any,
  default: any,
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  required: z.array(z.string()).optional(),
  propertyOrdering: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), Schema).optional();
  },
  get anyOf() {
    return z.array(Schema.partial()).optional();
  },
  get items() {
    return Schema.optional();
  },
});

const FunctionDeclaration = z.strictObject({
  name: text,
  description: text,
  behavior: text,
  parameters: Schema.optional(),
  parametersJsonSchema: any,
  response: any,
  responseJsonSchema: any,
});
export type FunctionDeclaration = z.infer<typeof FunctionDeclaration>;

const Tool = z.strictObject({
  functionDeclarations: z.array(FunctionDeclaration).optional(),
  googleSearch: any,
  googleSearchRetrieval: any,
  googleMaps: any,
  codeExecution: any,
  urlContext: any,
  fileSearch: any,
  computerUse: any,
  mcpServers: any,
});

const ToolConfig = z.strictObject({
  functionCallingConfig: z
    .strictObject({
      mode: z.enum(['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED']).optional(),
      allowedFunctionNames: z.array(z.string()).optional(),
    })
    .optional(),
  retrievalConfig: any,
  includeServerSideToolInvocations: z.boolean().optional(),
});

const ThinkingConfig = z.strictObject({
  includeThoughts: z.boolean().optional(),
  thinkingBudget: z.int().optional(),
  thinkingLevel: z
    .string()
    .toUpperCase()
    .pipe(z.enum(['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH']))
    .optional(),
});

const GenerationConfig = z.strictObject({
  stopSequences: z.array(z.string()).optional(),
  responseMimeType: text,
  responseSchema: Schema.partial().optional(),
  responseJsonSchema: any,
  _responseJsonSchema: any,
  responseModalities: z.array(z.string()).optional(),
  responseFormat: any,
  candidateCount: z.int().optional(),
  maxOutputTokens: z.int().optional(),
  temperature: z.number().optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  seed: z.int().optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  responseLogprobs: z.boolean().optional(),
  logprobs: z.int().optional(),
  enableEnhancedCivicAnswers: z.boolean().optional(),
  speechConfig: any,
  thinkingConfig: ThinkingConfig.optional(),
  imageConfig: any,
  mediaResolution: text,
});

const SafetySetting = z.strictObject({
  category: z.string().regex(/^HARM_CATEGORY_[A-Z_]+$/),
  threshold: z.enum([
    'HARM_BLOCK_THRESHOLD_UNSPECIFIED',
    'BLOCK_LOW_AND_ABOVE',
    'BLOCK_MEDIUM_AND_ABOVE',
    'BLOCK_ONLY_HIGH',
    'BLOCK_NONE',
    'OFF',
  ]),
  method: text,
});

export const GenerateRequest = z.strictObject({
  model: text,
  contents: z.array(Content).optional(),
  tools: z.array(Tool).optional(),
  toolConfig: ToolConfig.optional(),
  safetySettings: z.array(SafetySetting).optional(),
  systemInstruction: Content.optional(),
  generationConfig: GenerationConfig.optional(),
  cachedContent: text,
  serviceTier: text,
  store: z.boolean().optional(),
  /** Vertex AI alone: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
  labels: record.optional(),
  modelArmorConfig: any,
});
export type GenerateRequest = z.infer<typeof GenerateRequest>;
