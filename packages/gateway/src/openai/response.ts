import type { ToolCallPart, Usage } from '@cuttle/core-types';
import type { InboundFate } from '@cuttle/runtime';
import { finishOf, toWireCalls, type WireFinish } from './completion.ts';
import type { ResponseRequest } from './response-wire.ts';

/** A response as far as it is made: https://platform.openai.com/docs/api-reference/responses/object */
export interface ResponseState {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly output: readonly OutputItem[];
  readonly reason?: 'max_output_tokens' | 'content_filter' | undefined;
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly usage?: Usage | undefined;
}

export interface ResponseHead {
  readonly inboundId: string;
  readonly createdSeconds: number;
  readonly request: ResponseRequest;
}

export interface MessageItem {
  readonly id: string;
  readonly type: 'message';
  readonly status: 'in_progress' | 'completed' | 'incomplete';
  readonly role: 'assistant';
  readonly content: readonly OutputText[];
}
export interface OutputText {
  readonly type: 'output_text';
  readonly text: string;
  readonly annotations: readonly [];
  readonly logprobs: readonly [];
}
export interface CallItem {
  readonly id: string;
  readonly type: 'function_call';
  readonly status: 'in_progress' | 'completed';
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
}
export type OutputItem = MessageItem | CallItem;

export function toResponseBody(
  { inboundId, createdSeconds, request }: ResponseHead,
  { status, output, reason, error, usage }: ResponseState,
): Readonly<Record<string, unknown>> {
  return {
    id: `resp_${inboundId}`,
    object: 'response',
    created_at: createdSeconds,
    status,
    background: false,
    error: error ?? null,
    incomplete_details: reason ? { reason } : null,
    output,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false, // whatever was asked: nothing can be fetched by this id
    truncation: 'disabled',
    usage: usage ? toResponseUsage(usage) : null,
    ...toWishes(request),
    ...toToolWishes(request),
  };
}

/** What was asked for is said again. */
function toWishes(request: ResponseRequest): Readonly<Record<string, unknown>> {
  return {
    model: request.model,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata ?? {},
    temperature: request.temperature ?? null,
    text: { format: request.text?.format ?? { type: 'text' } },
    top_p: request.top_p ?? null,
  };
}

function toToolWishes(request: ResponseRequest): Readonly<Record<string, unknown>> {
  return {
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    tool_choice: request.tool_choice ?? 'auto',
    tools: (request.tools ?? []).map(({ name, description, parameters, strict }) => ({
      type: 'function',
      name,
      description: description ?? null,
      parameters: parameters ?? null,
      strict: strict ?? null,
    })),
  };
}

function toResponseUsage({
  inputTokens,
  outputTokens,
  cacheReadTokens = 0,
  cacheWriteTokens = 0,
  reasoningTokens = 0,
}: Usage): Readonly<Record<string, unknown>> {
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  };
}

const reasons: Readonly<Partial<Record<WireFinish, ResponseState['reason']>>> = {
  length: 'max_output_tokens',
  content_filter: 'content_filter',
};

/** How the answer ended. Throws what went wrong, for a message that was not answered. */
export function toEndState(fate: InboundFate, text: string): ResponseState {
  const reason = reasons[finishOf(fate)];
  const status = reason === undefined ? 'completed' : 'incomplete';
  const calls = toCallItems(fate);
  const output =
    text === '' && calls.length > 0
      ? calls
      : [toMessageItem(fate.inboundId, { status, text }), ...calls];
  return { status, output, reason, usage: fate.usage };
}

export function toMessageItem(
  inboundId: string,
  { status, text }: { status: MessageItem['status']; text: string | undefined },
): MessageItem {
  const content = text === undefined ? [] : [toOutputText(text)];
  return { id: `msg_${inboundId}`, type: 'message', status, role: 'assistant', content };
}

export function toOutputText(text: string): OutputText {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function toCallItems({
  inboundId,
  clientCalls,
}: {
  inboundId: string;
  clientCalls: readonly ToolCallPart[];
}): CallItem[] {
  return toWireCalls(clientCalls).map(({ id, function: call }, index) => ({
    id: `fc_${inboundId}_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: id,
    name: call.name,
    arguments: call.arguments,
  }));
}
