import type { ErrorTurn } from '../http-fault.ts';
import type { EncodeContext } from '../model-server.ts';
import type { ScriptedCall, TurnPart } from '../scripted-turns.ts';
import { outlineTurn, type TurnOutline } from '../turn-outline.ts';
import { encodeWholeAnswer, findStreamError } from '../whole-answer.ts';
import { event, type Frame, type WireAnswer, wholeAnswer } from '../wire-frame.ts';
import { contextOf } from './validate.ts';
import type { OllamaModel } from './installed-model.ts';
import type { ChatRequest } from './request-schema.ts';

export interface AnswerRequest {
  readonly body: ChatRequest;
  readonly model: OllamaModel;
  readonly context: EncodeContext;
}

/** A fixed time, so that two runs give the same bytes. */
const createdAt = '2026-01-01T00:00:00.000001Z';

/** `{"error":"..."}`, always. https://docs.ollama.com/api/errors */
export function refuse(status: number, message: string): WireAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return wholeAnswer(status, { error: message }, headers);
}

const defaultMessages: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  429: 'too many requests',
  500: 'llama runner process has terminated: exit status 2',
  503: 'server busy, please try again.  maximum pending requests exceeded',
};

export function encodeError({ status, headers, body }: ErrorTurn): WireAnswer {
  const answer =
    body === undefined
      ? refuse(status, defaultMessages[status] ?? `status ${status}`)
      : wholeAnswer(status, body);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/**
 * A turn as the server says it: one JSON object a line, or one object.
 * https://docs.ollama.com/api/streaming
 */
export function encodeAnswer(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const outline = outlineTurn(parts, request.context.promptTokens);
  return request.body.stream === false
    ? encodeWhole(parts, outline, request)
    : encodeStream(parts, outline, request);
}

function encodeStream(
  parts: readonly TurnPart[],
  outline: TurnOutline,
  request: AnswerRequest,
): WireAnswer {
  const frames: Frame[] = [];
  const failed = parts.some((part) => encodePart(part, frames, request));
  if (!failed) {
    const last = { message: { role: 'assistant', content: '' }, ...endOf(outline, request) };
    frames.push(line({ ...headOf(request), ...last }));
  }
  return {
    status: 200,
    headers: { 'content-type': outline.contentType ?? 'application/x-ndjson' },
    frames,
    framing: 'stream',
  };
}

/** Whether the answer ends here, because the part is an error. */
function encodePart(part: TurnPart, frames: Frame[], request: AnswerRequest): boolean {
  const say = (message: object, delayMs: number): void => {
    const body = { ...headOf(request), message: { role: 'assistant', ...message }, done: false };
    frames.push(line(body, delayMs));
  };
  switch (part.type) {
    case 'text':
      say({ content: part.text }, part.delayMs);
      return false;
    case 'thinking':
      say({ content: '', thinking: part.text }, part.delayMs);
      return false;
    case 'tool-call':
      say({ content: '', tool_calls: [toWireCall(part, 0, request)] }, part.delayMs);
      return false;
    case 'break':
      frames.push({ kind: 'break', fault: part });
      return false;
    case 'malformed':
      frames.push(event(part.raw ?? '{not json}\n'));
      return false;
    case 'stream-error':
      frames.push(line({ error: part.message }));
      return true;
    case 'content-type':
    case 'finish':
      return false;
  }
}

function line(body: object, delayMs = 0): Frame {
  return event(`${JSON.stringify(body)}\n`, delayMs);
}

function encodeWhole(
  parts: readonly TurnPart[],
  outline: TurnOutline,
  request: AnswerRequest,
): WireAnswer {
  const failure = findStreamError(parts);
  if (failure !== undefined) return refuse(500, failure.message);
  const calls = outline.calls.map((call, index) => toWireCall(call, index, request));
  const message = {
    role: 'assistant',
    content: outline.text,
    ...(outline.thinking === '' ? {} : { thinking: outline.thinking }),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const body = { ...headOf(request), message, ...endOf(outline, request) };
  const headers = { 'content-type': outline.contentType ?? 'application/json; charset=utf-8' };
  return encodeWholeAnswer({ body, parts, outline, headers });
}

function headOf({ body }: AnswerRequest): object {
  return { model: body.model, created_at: createdAt };
}

/** There is no reason of its own for tool calls. Durations are nanoseconds. */
function endOf(outline: TurnOutline, { body, model }: AnswerRequest): object {
  const { inputTokens, outputTokens } = outline.usage;
  return {
    done: true,
    done_reason: outline.rawReason ?? (outline.reason === 'length' ? 'length' : 'stop'),
    total_duration: 174_560_334,
    load_duration: 101_397_084,
    // What did not fit was cut off before it was read.
    prompt_eval_count: Math.min(inputTokens, contextOf(body.options ?? {}, model)),
    prompt_eval_duration: 13_074_791,
    eval_count: outputTokens,
    eval_duration: 52_479_709,
  };
}

function toWireCall(part: ScriptedCall, index: number, { context }: AnswerRequest): object {
  return {
    id: part.callId ?? `call_${context.ids.tail(8)}`,
    function: { index, name: part.name, arguments: parseArguments(part) },
  };
}

/** The server parses what the model wrote; where that is no object it sends none of it. */
function parseArguments({ inputText }: ScriptedCall): unknown {
  try {
    return JSON.parse(inputText);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
