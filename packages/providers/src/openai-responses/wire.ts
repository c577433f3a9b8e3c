import { z } from 'zod';

/** What we read of https://platform.openai.com/docs/api-reference/responses-streaming. Loose: everything may be missing. */
const Text = z.string().nullish();
const Count = z.number().nullish();

export const ResponsesUsage = z.looseObject({
  input_tokens: Count,
  output_tokens: Count,
  total_tokens: Count,
  input_tokens_details: z
    .looseObject({ cached_tokens: Count, cache_write_tokens: Count })
    .nullish(),
  output_tokens_details: z.looseObject({ reasoning_tokens: Count }).nullish(),
});
export type ResponsesUsage = z.infer<typeof ResponsesUsage>;

const Part = z.looseObject({ type: Text, text: Text, refusal: Text });

const MessageItem = z.looseObject({
  type: z.literal('message'),
  id: Text,
  content: z.array(Part).nullish(),
  /** Newer models: a commentary, or the final answer. */
  phase: Text,
});
export type MessageItem = z.infer<typeof MessageItem>;

const ReasoningItem = z.looseObject({
  type: z.literal('reasoning'),
  id: Text,
  summary: z.array(Part).nullish(),
  /** Open models show their reasoning itself. */
  content: z.array(Part).nullish(),
});
export type ReasoningItem = z.infer<typeof ReasoningItem>;

const called = { id: Text, call_id: Text, name: Text };
const FunctionItem = z.looseObject({
  type: z.literal('function_call'),
  ...called,
  arguments: z.union([z.string(), z.record(z.string(), z.json())]).nullish(),
});
const CustomItem = z.looseObject({ type: z.literal('custom_tool_call'), ...called, input: Text });
export type CallItem = z.infer<typeof FunctionItem> | z.infer<typeof CustomItem>;

const known: ReadonlySet<string> = new Set([
  'message',
  'reasoning',
  'function_call',
  'custom_tool_call',
]);
/** An item of a tool of the service's own, which we do not interpret. */
const OtherItem = z.looseObject({ type: z.string().refine((type) => !known.has(type)) });

export const ResponsesItem = z.union([
  MessageItem,
  ReasoningItem,
  FunctionItem,
  CustomItem,
  OtherItem,
]);
export type ResponsesItem = z.infer<typeof ResponsesItem>;

export const ResponsesObject = z.looseObject({
  status: Text,
  error: z.unknown().optional(),
  incomplete_details: z.looseObject({ reason: Text }).nullish(),
  output: z.array(ResponsesItem).nullish(),
  usage: ResponsesUsage.nullish(),
});
export type ResponsesObject = z.infer<typeof ResponsesObject>;

/** An event of a stream; also an error without a type. */
export const ResponsesEvent = z.looseObject({
  type: Text,
  output_index: Count,
  content_index: Count,
  summary_index: Count,
  /** A text in the events that we read. */
  delta: z.unknown().optional(),
  item: ResponsesItem.nullish(),
  response: ResponsesObject.nullish(),
  error: z.unknown().optional(),
});
export type ResponsesEvent = z.infer<typeof ResponsesEvent>;
