import { z } from 'zod';

/** What we read of https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html. Loose: anything may be added. */
const Text = z.string().nullish();
const Count = z.number().nullish();

export const BedrockUsage = z.looseObject({
  inputTokens: Count,
  outputTokens: Count,
  cacheReadInputTokens: Count,
  cacheWriteInputTokens: Count,
});
export type BedrockUsage = z.infer<typeof BedrockUsage>;

/** A call, or a use of a tool that the service runs itself: then it has a `type`. */
const ToolUse = z.looseObject({ toolUseId: Text, name: Text, type: Text });
export type BedrockToolUse = z.infer<typeof ToolUse>;
/** The result of a tool that the service ran itself. */
const ToolResult = z.looseObject({ toolUseId: Text, type: Text, status: Text });
export type BedrockToolResult = z.infer<typeof ToolResult>;

export const BedrockStart = z.looseObject({
  toolUse: ToolUse.nullish(),
  toolResult: ToolResult.nullish(),
});
export type BedrockStart = z.infer<typeof BedrockStart>;

export const BedrockDelta = z.looseObject({
  text: Text,
  reasoningContent: z.looseObject({ text: Text, signature: Text, redactedContent: Text }).nullish(),
  toolUse: z.looseObject({ input: Text }).nullish(),
  toolResult: z.array(z.json()).nullish(),
});
export type BedrockDelta = z.infer<typeof BedrockDelta>;

/** A block of an answer that was not streamed. */
export const BedrockBlock = z.looseObject({
  text: Text,
  reasoningContent: z
    .looseObject({
      reasoningText: z.looseObject({ text: Text, signature: Text }).nullish(),
      redactedContent: Text,
    })
    .nullish(),
  toolUse: z.looseObject({ ...ToolUse.shape, input: z.json().optional() }).nullish(),
  toolResult: z
    .looseObject({ ...ToolResult.shape, content: z.array(z.json()).nullish() })
    .nullish(),
  citationsContent: z
    .looseObject({ content: z.array(z.looseObject({ text: Text })).nullish() })
    .nullish(),
});
export type BedrockBlock = z.infer<typeof BedrockBlock>;

/** A message of the stream under its name, or a whole answer. */
export const BedrockRecord = z.looseObject({
  exception: Text,
  payload: z.unknown().optional(),
  contentBlockStart: z
    .looseObject({ contentBlockIndex: Count, start: BedrockStart.nullish() })
    .nullish(),
  contentBlockDelta: z
    .looseObject({ contentBlockIndex: Count, delta: BedrockDelta.nullish() })
    .nullish(),
  contentBlockStop: z.looseObject({ contentBlockIndex: Count }).nullish(),
  messageStop: z.looseObject({ stopReason: Text }).nullish(),
  metadata: z.looseObject({ usage: BedrockUsage.nullish() }).nullish(),
  output: z
    .looseObject({
      message: z.looseObject({ content: z.array(BedrockBlock).nullish() }).nullish(),
    })
    .nullish(),
  stopReason: Text,
  usage: BedrockUsage.nullish(),
});
export type BedrockRecord = z.infer<typeof BedrockRecord>;

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_FoundationModelSummary.html */
export const BedrockModels = z.looseObject({
  modelSummaries: z
    .array(
      z.looseObject({
        modelId: z.string(),
        inputModalities: z.array(z.string()).nullish(),
        outputModalities: z.array(z.string()).nullish(),
        responseStreamingSupported: z.boolean().nullish(),
        inferenceTypesSupported: z.array(z.string()).nullish(),
        modelLifecycle: z.looseObject({ status: Text }).nullish(),
      }),
    )
    .nullish(),
});
export type BedrockModels = z.infer<typeof BedrockModels>;

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html */
export const BedrockProfiles = z.looseObject({
  inferenceProfileSummaries: z
    .array(
      z.looseObject({
        inferenceProfileId: z.string(),
        models: z.array(z.looseObject({ modelArn: Text })).nullish(),
        status: Text,
      }),
    )
    .nullish(),
  nextToken: Text,
});
export type BedrockProfiles = z.infer<typeof BedrockProfiles>;

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html. Each number is looked at where it is read. */
export const TitanEmbedding = z.looseObject({
  embedding: z.unknown(),
  inputTextTokenCount: Count,
});

/** https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html: a list, or lists by type where types were asked for. */
export const CohereEmbeddings = z.looseObject({
  embeddings: z.union([z.array(z.unknown()), z.looseObject({ float: z.array(z.unknown()) })]),
});
