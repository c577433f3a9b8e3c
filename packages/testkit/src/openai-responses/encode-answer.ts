import type { EncodeContext } from '../model-server.ts';
import { refuse } from '../openai/refusal.ts';
import type { TurnPart } from '../scripted-turns.ts';
import { outlineTurn, type TurnOutline } from '../turn-outline.ts';
import { encodeWholeAnswer, findStreamError } from '../whole-answer.ts';
import { event, type WireAnswer } from '../wire-frame.ts';
import type { ResponsesModel } from './checked-request.ts';
import { createEventLine, type EventLine } from './event-line.ts';
import { createItemStream, type ItemStream } from './item-stream.ts';
import type { ResponsesRequest } from './request-schema.ts';
import { createResponse, endOf, failureOf, usageOf } from './response-object.ts';

export interface AnswerRequest {
  readonly body: ResponsesRequest;
  readonly model: Required<ResponsesModel>;
  readonly context: EncodeContext;
}

/** A turn as the service says it: events that end with `response.completed` or `response.incomplete`, or one response. */
export function encodeAnswer(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const answer: Answer = {
    parts,
    request,
    outline: outlineTurn(parts, request.context.promptTokens),
    response: createResponse(request.body, request.context),
    line: createEventLine(),
  };
  return request.body.stream === true ? encodeStream(answer) : encodeWhole(answer);
}

interface Answer {
  readonly parts: readonly TurnPart[];
  readonly request: AnswerRequest;
  readonly outline: TurnOutline;
  /** Without its items and its end. */
  readonly response: object;
  readonly line: EventLine;
}

function encodeStream(answer: Answer): WireAnswer {
  const { request, outline, response, line } = answer;
  line.emit('response.created', { response });
  line.emit('response.in_progress', { response });
  if (sayParts(answer) === 'whole') {
    const end = endOf(outline);
    const whole = { ...response, ...end, output: line.items, usage: usageOf(outline) };
    line.emit(`response.${end.status}`, { response: whole });
  }
  const contentType = outline.contentType ?? 'text/event-stream; charset=utf-8';
  return {
    status: 200,
    headers: { 'content-type': contentType, ...headersOf(request.context) },
    frames: line.frames,
    framing: 'stream',
  };
}

/** The same items, without their events. */
function encodeWhole(answer: Answer): WireAnswer {
  const { parts, request, outline, response, line } = answer;
  const failure = findStreamError(parts);
  if (failure !== undefined) {
    const refusal = { message: failure.message, param: null, code: null };
    return refuse(500, refusal, request.context.ids);
  }
  sayParts(answer);
  const body = { ...response, ...endOf(outline), output: line.items, usage: usageOf(outline) };
  return encodeWholeAnswer({ body, parts, outline, headers: headersOf(request.context) });
}

function sayParts({ parts, request, outline, response, line }: Answer): 'whole' | 'failed' {
  const { body, model, context } = request;
  const phase = outline.calls.length > 0 ? 'commentary' : 'final_answer';
  const items = createItemStream(line, {
    context,
    summaries: body.reasoning?.summary == null ? 'unsaid' : 'said',
    encrypted: body.include?.includes('reasoning.encrypted_content') === true ? 'said' : 'unsaid',
    phase: model.phases === 'said' ? phase : undefined,
  });
  for (const part of parts) {
    if (part.type === 'stream-error') {
      const { errorType: code, message } = part;
      line.emit('error', { code, message, param: null });
      line.emit('response.failed', { response: { ...response, ...failureOf(code, message) } });
      return 'failed';
    }
    sayPart(part, items, line);
  }
  items.end();
  return 'whole';
}

function sayPart(part: TurnPart, items: ItemStream, line: EventLine): void {
  switch (part.type) {
    case 'text':
      items.text(part.text, part.delayMs);
      break;
    case 'thinking':
      items.thinking(part.text, part.delayMs);
      break;
    case 'tool-call':
      items.call(part);
      break;
    case 'break':
      line.frames.push({ kind: 'break', fault: part });
      break;
    case 'malformed':
      line.frames.push(event(part.raw ?? 'event: error\ndata: {not json}\n\n'));
      break;
    case 'stream-error':
    case 'content-type':
    case 'finish':
      break;
  }
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
