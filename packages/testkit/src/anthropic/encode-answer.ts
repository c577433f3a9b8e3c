import type { EncodeContext } from '../model-server.ts';
import type { ScriptedCall, TurnPart } from '../scripted-turns.ts';
import { sliceInput, type TurnOutline, outlineTurn } from '../turn-outline.ts';
import { encodeWholeAnswer, findStreamError } from '../whole-answer.ts';
import { event, type Frame, type WireAnswer } from '../wire-frame.ts';
import { errorEvent, refuse } from './refusal.ts';
import { signThinking } from './signature.ts';
import type { MessagesRequest } from './request-schema.ts';

/**
 * A turn as the service says it: server-sent events, or one message.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export function encodeAnswer(
  parts: readonly TurnPart[],
  body: MessagesRequest,
  context: EncodeContext,
): WireAnswer {
  const outline = outlineTurn(parts, context.promptTokens);
  const request = { body, outline, context };
  return body.stream === true ? encodeStream(parts, request) : encodeWhole(parts, request);
}

interface AnswerRequest {
  readonly body: MessagesRequest;
  readonly outline: TurnOutline;
  readonly context: EncodeContext;
}

const stopReasons = {
  stop: 'end_turn',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  filtered: 'refusal',
} as const;

function encodeStream(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const { outline, context } = request;
  const stream = createStream();
  const started = { ...messageHead(request), content: [], stop_reason: null, stop_sequence: null };
  const usage = { ...startUsage(outline), output_tokens: 1, service_tier: 'standard' };
  stream.say('message_start', { message: { ...started, usage } });
  stream.ping();
  for (const part of parts) encodePart(part, stream, context);
  if (stream.failed) return sseAnswer(stream.frames, request);
  stream.closeBlock();
  stream.say('message_delta', {
    delta: { stop_reason: stopReasonOf(outline), stop_sequence: null },
    usage: { ...startUsage(outline), output_tokens: outline.usage.outputTokens },
  });
  stream.say('message_stop', {});
  return sseAnswer(stream.frames, request);
}

function encodePart(part: TurnPart, stream: EventStream, { ids }: EncodeContext): void {
  switch (part.type) {
    case 'text':
      stream.openBlock('text', { type: 'text', text: '' });
      stream.delta({ type: 'text_delta', text: part.text }, part.delayMs);
      break;
    case 'thinking':
      stream.openBlock('thinking', { type: 'thinking', thinking: '', signature: '' });
      stream.delta({ type: 'thinking_delta', thinking: part.text }, part.delayMs);
      stream.addThinking(part.text, part.signature);
      break;
    case 'tool-call':
      encodeCall(part, stream, part.callId ?? `toolu_01${ids.tail(22)}`);
      break;
    case 'break':
      stream.frames.push({ kind: 'break', fault: part });
      break;
    case 'malformed':
      stream.frames.push(event(part.raw ?? 'event: content_block_delta\ndata: {not json}\n\n'));
      break;
    case 'stream-error':
      stream.fail(part.errorType, part.message);
      break;
    case 'content-type':
    case 'finish':
      break;
  }
}

function encodeCall(part: ScriptedCall, stream: EventStream, id: string): void {
  stream.closeBlock();
  stream.openBlock('tool-call', { type: 'tool_use', id, name: part.name, input: {} }, part.delayMs);
  stream.delta({ type: 'input_json_delta', partial_json: '' });
  // An empty object is not streamed at all.
  const slices = part.inputText === '{}' ? [] : sliceInput(part.inputText);
  for (const slice of slices) stream.delta({ type: 'input_json_delta', partial_json: slice });
  stream.closeBlock();
}

interface EventStream {
  readonly frames: Frame[];
  readonly failed: boolean;
  say(type: string, data: object, delayMs?: number): void;
  ping(): void;
  openBlock(kind: string, block: object, delayMs?: number): void;
  delta(delta: object, delayMs?: number): void;
  addThinking(words: string, signature: string | undefined): void;
  closeBlock(): void;
  fail(type: string, message: string): void;
}

/** Keeps the numbering of blocks, and closes a block when another begins. */
function createStream(): EventStream {
  const frames: Frame[] = [];
  let index = -1;
  let open: string | undefined;
  let thought = '';
  let signature: string | undefined;
  let failed = false;
  const stream: EventStream = {
    frames,
    get failed() {
      return failed;
    },
    say(type, data, delayMs = 0) {
      if (failed) return;
      frames.push(event(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`, delayMs));
    },
    ping: () => frames.push(event('event: ping\ndata: {"type": "ping"}\n\n')),
    openBlock(kind, block, delayMs = 0) {
      if (open === kind && kind !== 'tool-call') return;
      stream.closeBlock();
      index += 1;
      open = kind;
      stream.say('content_block_start', { index, content_block: block }, delayMs);
    },
    delta(delta, delayMs = 0) {
      stream.say('content_block_delta', { index, delta }, delayMs);
    },
    addThinking(words, own) {
      thought += words;
      signature = own ?? signature;
    },
    closeBlock() {
      if (open === undefined) return;
      if (open === 'thinking') {
        stream.delta({ type: 'signature_delta', signature: signature ?? signThinking(thought) });
        thought = '';
        signature = undefined;
      }
      stream.say('content_block_stop', { index });
      open = undefined;
    },
    fail(type, message) {
      frames.push(errorEvent(type, message));
      failed = true;
    },
  };
  return stream;
}

function encodeWhole(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const { outline, context } = request;
  const failure = findStreamError(parts);
  if (failure !== undefined) {
    const status = failure.errorType === 'overloaded_error' ? 529 : 500;
    return refuse(status, failure.message, context.ids);
  }
  const body = {
    ...messageHead(request),
    content: contentOf(parts, context),
    stop_reason: stopReasonOf(outline),
    stop_sequence: null,
    usage: {
      ...startUsage(outline),
      output_tokens: outline.usage.outputTokens,
      service_tier: 'standard',
    },
  };
  return encodeWholeAnswer({ body, parts, outline, headers: headersOf(context) });
}

type Content =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string; signature: string }
  | { type: 'tool_use'; id: string; name: string; input: unknown };

function contentOf(parts: readonly TurnPart[], { ids }: EncodeContext): readonly Content[] {
  const content: Content[] = [];
  for (const part of parts) {
    const last = content.at(-1);
    if (part.type === 'text') {
      if (last?.type === 'text') last.text += part.text;
      else content.push({ type: 'text', text: part.text });
    } else if (part.type === 'thinking') {
      const thought =
        last?.type === 'thinking'
          ? last
          : { type: 'thinking' as const, thinking: '', signature: '' };
      if (thought !== last) content.push(thought);
      thought.thinking += part.text;
      thought.signature = part.signature ?? signThinking(thought.thinking);
    } else if (part.type === 'tool-call') {
      const id = part.callId ?? `toolu_01${ids.tail(22)}`;
      content.push({ type: 'tool_use', id, name: part.name, input: parseInput(part) });
    }
  }
  return content;
}

/** The service sends an object whatever the model wrote; what is no JSON it sends as no arguments at all. */
function parseInput({ inputText }: ScriptedCall): unknown {
  try {
    return JSON.parse(inputText);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function messageHead({ body, context }: AnswerRequest): object {
  const { model } = body;
  return { id: `msg_01${context.ids.tail(22)}`, type: 'message', role: 'assistant', model };
}

function stopReasonOf({ reason, rawReason }: TurnOutline): string {
  return rawReason ?? stopReasons[reason];
}

/** `input_tokens` counts what no cache served or took. https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
function startUsage({ usage }: TurnOutline): object {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return {
    input_tokens: Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    cache_creation_input_tokens: cacheWriteTokens,
    cache_read_input_tokens: cacheReadTokens,
  };
}

function sseAnswer(frames: readonly Frame[], { outline, context }: AnswerRequest): WireAnswer {
  const contentType = outline.contentType ?? 'text/event-stream; charset=utf-8';
  return {
    status: 200,
    headers: { 'content-type': contentType, 'cache-control': 'no-cache', ...headersOf(context) },
    frames,
    framing: 'stream',
  };
}

function headersOf({ ids }: EncodeContext): Readonly<Record<string, string>> {
  return {
    'request-id': `req_011${ids.tail(21)}`,
    'anthropic-ratelimit-requests-limit': '4000',
    'anthropic-ratelimit-requests-remaining': '3999',
    'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:00Z',
  };
}
