import type { EncodeContext } from '../model-server.ts';
import type { ScriptedCall, TurnPart } from '../scripted-turns.ts';
import { outlineTurn, sliceInput, type TurnOutline } from '../turn-outline.ts';
import { encodeWholeAnswer, findStreamError } from '../whole-answer.ts';
import { event, type Frame, type WireAnswer } from '../wire-frame.ts';
import type { ReasoningField } from './checked-request.ts';
import { errorEvent, refuse } from './refusal.ts';
import type { ChatRequest } from './request-schema.ts';

export interface AnswerRequest {
  readonly body: ChatRequest;
  readonly reasoning: ReasoningField;
  readonly context: EncodeContext;
}

/**
 * A turn as the service says it: chunks that end with `[DONE]`, or one completion.
 * https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function encodeAnswer(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const outline = outlineTurn(parts, request.context.promptTokens);
  return request.body.stream === true
    ? encodeStream(parts, outline, request)
    : encodeWhole(parts, outline, request);
}

const finishReasons = {
  stop: 'stop',
  'tool-calls': 'tool_calls',
  length: 'length',
  filtered: 'content_filter',
} as const;

/** A fixed time, so that two runs give the same bytes. */
const created = 1_767_225_600;

function encodeStream(
  parts: readonly TurnPart[],
  outline: TurnOutline,
  request: AnswerRequest,
): WireAnswer {
  const chunks = createChunks(outline, request);
  for (const part of parts) encodePart(part, chunks, request);
  if (!chunks.failed) chunks.finish();
  const contentType = outline.contentType ?? 'text/event-stream; charset=utf-8';
  return {
    status: 200,
    headers: { 'content-type': contentType, ...headersOf(request.context) },
    frames: chunks.frames,
    framing: 'stream',
  };
}

function encodePart(part: TurnPart, chunks: ChunkStream, request: AnswerRequest): void {
  switch (part.type) {
    case 'text':
      chunks.delta({ content: part.text }, part.delayMs);
      break;
    case 'thinking':
      if (request.reasoning === 'hidden') chunks.wait(part.delayMs);
      else chunks.delta({ [request.reasoning]: part.text }, part.delayMs);
      break;
    case 'tool-call':
      chunks.call(part, part.callId ?? newCallId(request.context));
      break;
    case 'break':
      chunks.frames.push({ kind: 'break', fault: part });
      break;
    case 'malformed':
      chunks.frames.push(event(part.raw ?? 'data: {not json}\n\n'));
      break;
    case 'stream-error':
      chunks.fail(part.errorType, part.message);
      break;
    case 'content-type':
    case 'finish':
      break;
  }
}

interface ChunkStream {
  readonly frames: Frame[];
  readonly failed: boolean;
  delta(delta: object, delayMs?: number): void;
  /** Puts a wait of something that is not shown before what is shown next. */
  wait(delayMs: number): void;
  call(part: ScriptedCall, id: string): void;
  fail(type: string, message: string): void;
  finish(): void;
}

/** Chunks differ only in their delta, so all around it is written once. */
function createChunks(outline: TurnOutline, { body, context }: AnswerRequest): ChunkStream {
  const withUsage = body.stream_options?.include_usage === true;
  const head = JSON.stringify({
    id: newCompletionId(context),
    object: 'chat.completion.chunk',
    created,
    model: body.model,
    service_tier: 'default',
    system_fingerprint: 'fp_testkit',
  }).slice(0, -1);
  const tail = withUsage ? ',"usage":null}\n\n' : '}\n\n';
  const frames: Frame[] = [];
  let waitMs = 0;
  let calls = 0;
  let failed = false;
  function choice(delta: object, finishReason: string | null, delayMs = 0): void {
    if (failed) return;
    const words = `"delta":${JSON.stringify(delta)},"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}`;
    frames.push(event(`data: ${head},"choices":[{"index":0,${words}}]${tail}`, delayMs + waitMs));
    waitMs = 0;
  }
  const content = outline.text === '' && outline.calls.length > 0 ? null : '';
  choice({ role: 'assistant', content, refusal: null }, null);
  return {
    frames,
    get failed() {
      return failed;
    },
    delta: (delta, delayMs) => choice(delta, null, delayMs),
    wait(delayMs) {
      waitMs += delayMs;
    },
    call({ name, inputText, delayMs }, id) {
      const index = calls;
      calls += 1;
      const call = { index, id, type: 'function', function: { name, arguments: '' } };
      choice({ tool_calls: [call] }, null, delayMs);
      for (const slice of sliceInput(inputText)) {
        choice({ tool_calls: [{ index, function: { arguments: slice } }] }, null);
      }
    },
    fail(type, message) {
      frames.push(errorEvent(type, message));
      failed = true;
    },
    finish() {
      choice({}, finishReasonOf(outline));
      if (withUsage) {
        const usage = JSON.stringify(usageOf(outline));
        frames.push(event(`data: ${head},"choices":[],"usage":${usage}}\n\n`));
      }
      frames.push(event('data: [DONE]\n\n'));
    },
  };
}

function encodeWhole(
  parts: readonly TurnPart[],
  outline: TurnOutline,
  request: AnswerRequest,
): WireAnswer {
  const { body, context, reasoning } = request;
  const failure = findStreamError(parts);
  if (failure !== undefined) {
    return refuse(500, { message: failure.message, param: null, code: null }, context.ids);
  }
  const thinking =
    reasoning === 'hidden' || outline.thinking === '' ? {} : { [reasoning]: outline.thinking };
  const tool_calls = outline.calls.map((call) => ({
    id: call.callId ?? newCallId(context),
    type: 'function',
    function: { name: call.name, arguments: call.inputText },
  }));
  const message = {
    role: 'assistant',
    content: outline.text === '' && tool_calls.length > 0 ? null : outline.text,
    ...thinking,
    ...(tool_calls.length > 0 ? { tool_calls } : {}),
    refusal: null,
    annotations: [],
  };
  const completion = {
    id: newCompletionId(context),
    object: 'chat.completion',
    created,
    model: body.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReasonOf(outline) }],
    usage: usageOf(outline),
    service_tier: 'default',
    system_fingerprint: 'fp_testkit',
  };
  return encodeWholeAnswer({ body: completion, parts, outline, headers: headersOf(context) });
}

function finishReasonOf({ reason, rawReason }: TurnOutline): string {
  return rawReason ?? finishReasons[reason];
}

function usageOf({ usage }: TurnOutline): object {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      audio_tokens: 0,
      ...(usage.cacheWriteTokens > 0 ? { cache_write_tokens: usage.cacheWriteTokens } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function newCompletionId({ ids }: EncodeContext): string {
  return `chatcmpl-${ids.tail(29)}`;
}

function newCallId({ ids }: EncodeContext): string {
  return `call_${ids.tail(24)}`;
}

function headersOf({ ids }: EncodeContext): Readonly<Record<string, string>> {
  return {
    'x-request-id': `req_${ids.tail(32)}`,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '1',
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
  };
}
