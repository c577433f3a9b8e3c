import type { EncodeContext } from '../model-server.ts';
import type { ScriptedCall, ThinkingChunk, TurnPart } from '../scripted-turns.ts';
import { sliceInput, type TurnOutline, outlineTurn } from '../turn-outline.ts';
import { encodeWholeAnswer, findStreamError } from '../whole-answer.ts';
import { event, type Frame, type WireAnswer } from '../wire-frame.ts';
import { signThinking } from '../anthropic/signature.ts';
import { encodeMessage } from './event-stream.ts';
import { refuse, statusOf } from './refusal.ts';

/** What is asked for by which path. */
export interface AnswerForm {
  readonly delivery: 'stream' | 'whole';
  /** Models of Anthropic sign their reasoning. */
  readonly reasoning: 'signed' | 'unsigned';
}

/**
 * A turn as the service says it: an event stream, or one object.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
 */
export function encodeAnswer(
  parts: readonly TurnPart[],
  form: AnswerForm,
  context: EncodeContext,
): WireAnswer {
  const outline = outlineTurn(parts, context.promptTokens);
  const request = { form, outline, context };
  return form.delivery === 'stream' ? encodeStream(parts, request) : encodeWhole(parts, request);
}

interface AnswerRequest {
  readonly form: AnswerForm;
  readonly outline: TurnOutline;
  readonly context: EncodeContext;
}

const stopReasons = {
  stop: 'end_turn',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  filtered: 'content_filtered',
} as const;

function encodeStream(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const { outline } = request;
  const stream = createStream(request);
  stream.say('messageStart', { role: 'assistant' });
  for (const part of parts) encodePart(part, stream, request);
  if (!stream.failed) {
    stream.closeBlock();
    stream.say('messageStop', { stopReason: stopReasonOf(outline) });
    stream.say('metadata', { usage: usageOf(outline), metrics: { latencyMs: 551 } });
  }
  return {
    status: 200,
    headers: {
      'content-type': outline.contentType ?? 'application/vnd.amazon.eventstream',
      'x-amzn-requestid': requestIdOf(request),
    },
    frames: stream.frames,
    framing: 'stream',
  };
}

function encodePart(part: TurnPart, stream: EventStream, { context }: AnswerRequest): void {
  switch (part.type) {
    case 'text':
      stream.openBlock('text');
      stream.delta({ text: part.text }, part.delayMs);
      break;
    case 'thinking':
      stream.openBlock('thinking');
      stream.delta({ reasoningContent: { text: part.text } }, part.delayMs);
      stream.addReasoning(part.text, part.signature);
      break;
    case 'tool-call':
      encodeCall(part, stream, callIdOf(part, context));
      break;
    case 'break':
      stream.frames.push({ kind: 'break', fault: part });
      break;
    case 'malformed':
      stream.frames.push(event(part.raw ?? damaged()));
      break;
    case 'stream-error':
      stream.fail(exceptionOf(part.errorType), part.message);
      break;
    case 'content-type':
    case 'finish':
      break;
  }
}

function encodeCall(part: ScriptedCall, stream: EventStream, toolUseId: string): void {
  stream.closeBlock();
  stream.openBlock('tool-call', { toolUse: { toolUseId, name: part.name } }, part.delayMs);
  stream.delta({ toolUse: { input: '' } });
  for (const input of sliceInput(part.inputText)) stream.delta({ toolUse: { input } });
  stream.closeBlock();
}

function callIdOf({ callId }: ScriptedCall, { ids }: EncodeContext): string {
  return callId ?? `tooluse_${ids.tail(22)}`;
}

/** A message with a byte that changed on the way, so that its CRC is wrong. */
function damaged(): Buffer {
  const message = encodeMessage({ type: 'event', name: 'contentBlockDelta' }, { p: 'abc' });
  message.writeUInt8(message.readUInt8(message.length - 6) ^ 1, message.length - 6);
  return message;
}

/** The names of the script's vocabulary, where they are another service's. */
function exceptionOf(errorType: string): string {
  return errorType.endsWith('Exception') ? errorType : 'serviceUnavailableException';
}

interface EventStream {
  readonly frames: Frame[];
  readonly failed: boolean;
  say(name: string, payload: object, delayMs?: number): void;
  openBlock(kind: string, start?: object, delayMs?: number): void;
  delta(delta: object, delayMs?: number): void;
  addReasoning(words: string, signature: string | undefined): void;
  closeBlock(): void;
  fail(exception: string, message: string): void;
}

/** Keeps the numbering of blocks, and closes a block when another begins. Only a call has an event for its start. */
function createStream({ form }: AnswerRequest): EventStream {
  const frames: Frame[] = [];
  let contentBlockIndex = -1;
  let open: string | undefined;
  let thought = '';
  let signature: string | undefined;
  let failed = false;
  const stream: EventStream = {
    frames,
    get failed() {
      return failed;
    },
    say(name, payload, delayMs = 0) {
      if (failed) return;
      const padded = { ...payload, p: padding(frames.length) };
      frames.push(event(encodeMessage({ type: 'event', name }, padded), delayMs));
    },
    openBlock(kind, start, delayMs = 0) {
      if (open === kind && kind !== 'tool-call') return;
      stream.closeBlock();
      contentBlockIndex += 1;
      open = kind;
      if (start) stream.say('contentBlockStart', { contentBlockIndex, start }, delayMs);
    },
    delta(delta, delayMs = 0) {
      stream.say('contentBlockDelta', { contentBlockIndex, delta }, delayMs);
    },
    addReasoning(words, own) {
      thought += words;
      signature = own ?? signature;
    },
    closeBlock() {
      if (open === undefined) return;
      const proof = signature ?? (form.reasoning === 'signed' ? signThinking(thought) : undefined);
      if (open === 'thinking' && proof !== undefined) {
        stream.delta({ reasoningContent: { signature: proof } });
      }
      thought = '';
      signature = undefined;
      stream.say('contentBlockStop', { contentBlockIndex });
      open = undefined;
    },
    fail(exception, message) {
      frames.push(event(encodeMessage({ type: 'exception', name: exception }, { message })));
      failed = true;
    },
  };
  return stream;
}

/** Every event carries letters of another number, so that its length does not tell what it says. */
function padding(order: number): string {
  return 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.slice(0, 2 + ((order * 7) % 50));
}

function encodeWhole(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const { outline } = request;
  const failure = findStreamError(parts);
  if (failure !== undefined) {
    const exception = exceptionOf(failure.errorType);
    return refuse(statusOf(exception), failure.message, exception);
  }
  const body = {
    metrics: { latencyMs: 551 },
    output: { message: { content: contentOf(parts, request), role: 'assistant' } },
    stopReason: stopReasonOf(outline),
    usage: usageOf(outline),
  };
  const headers = { 'x-amzn-requestid': requestIdOf(request) };
  return encodeWholeAnswer({ body, parts, outline, headers });
}

type Content =
  | { text: string }
  | { reasoningContent: { reasoningText: { text: string; signature?: string } } }
  | { toolUse: { toolUseId: string; name: string; input: unknown } };

function contentOf(
  parts: readonly TurnPart[],
  { form, context }: AnswerRequest,
): readonly Content[] {
  const content: Content[] = [];
  for (const part of parts) {
    if (part.type === 'text') addText(content, part.text);
    if (part.type === 'thinking') addReasoning(content, part, form);
    if (part.type === 'tool-call') {
      const toolUseId = callIdOf(part, context);
      content.push({ toolUse: { toolUseId, name: part.name, input: parseInput(part) } });
    }
  }
  return content;
}

function addText(content: Content[], words: string): void {
  const last = content.at(-1);
  if (last && 'text' in last) last.text += words;
  else content.push({ text: words });
}

function addReasoning(content: Content[], part: ThinkingChunk, form: AnswerForm): void {
  const last = content.at(-1);
  const said: { text: string; signature?: string } =
    last && 'reasoningContent' in last ? last.reasoningContent.reasoningText : { text: '' };
  if (said.text === '') content.push({ reasoningContent: { reasoningText: said } });
  said.text += part.text;
  const proof = form.reasoning === 'signed' ? signThinking(said.text) : undefined;
  const signature = part.signature ?? proof;
  if (signature !== undefined) said.signature = signature;
}

/** The service sends an object whatever the model wrote. */
function parseInput({ inputText }: ScriptedCall): unknown {
  try {
    return JSON.parse(inputText);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function stopReasonOf({ reason, rawReason }: TurnOutline): string {
  return rawReason ?? stopReasons[reason];
}

/** `inputTokens` counts what no cache served or took. https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
function usageOf({ usage }: TurnOutline): object {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return {
    inputTokens: Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cacheReadInputTokens: cacheReadTokens,
    cacheWriteInputTokens: cacheWriteTokens,
  };
}

/** A UUID by its form. */
function requestIdOf({ context }: AnswerRequest): string {
  const tail = Buffer.from(context.ids.tail(16)).toString('hex');
  return tail.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
