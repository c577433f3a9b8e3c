import type { EncodeContext } from '../model-server.ts';
import type { TurnOutline } from '../turn-outline.ts';
import type { ResponsesRequest, ResponsesTool } from './request-schema.ts';

/** A fixed time, so that two runs give the same bytes. */
const created = 1_767_225_600;

/** What an answer repeats of its request, with what the service takes where a request says nothing. */
const repeated = {
  instructions: null,
  max_output_tokens: null,
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  safety_identifier: null,
  temperature: 1,
  tool_choice: 'auto',
  top_p: 1,
  truncation: 'disabled',
  metadata: {},
} as const satisfies Partial<Record<keyof ResponsesRequest, unknown>>;

/** What an answer says of itself beside its items. https://platform.openai.com/docs/api-reference/responses/object */
export function createResponse(body: ResponsesRequest, { ids }: EncodeContext): object {
  const stated = Object.entries(body).filter(([key, value]) => key in repeated && value != null);
  return {
    id: `resp_${ids.tail(50)}`,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model: body.model,
    output: [],
    reasoning: { effort: null, summary: null, ...body.reasoning },
    service_tier: 'default',
    text: { format: { type: 'text' }, ...body.text },
    tools: (body.tools ?? []).map(toTool),
    ...repeated,
    ...Object.fromEntries(stated),
  };
}

/** A function is strict unless it says that it is not. */
function toTool(tool: ResponsesTool): object {
  return tool.type === 'function' ? { strict: true, parameters: null, ...tool } : tool;
}

export interface ResponseEnd {
  readonly status: string;
  readonly incomplete_details: { readonly reason: string } | null;
}

/** `rawReason` is the service's own reason for an answer that is not complete. */
export function endOf({ reason, rawReason }: TurnOutline): ResponseEnd {
  const cutShort = { length: 'max_output_tokens', filtered: 'content_filter' } as const;
  const why =
    rawReason ?? (reason === 'length' || reason === 'filtered' ? cutShort[reason] : undefined);
  return why === undefined
    ? { status: 'completed', incomplete_details: null }
    : { status: 'incomplete', incomplete_details: { reason: why } };
}

export function usageOf({ usage }: TurnOutline): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

/** The service's own words for what is wrong with an answer that has begun. */
export function failureOf(code: string, message: string): object {
  return { status: 'failed', error: { code, message } };
}
