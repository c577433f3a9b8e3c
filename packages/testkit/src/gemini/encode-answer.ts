import type { EncodeContext } from '../model-server.ts';
import type { ScriptedCall, TurnPart } from '../scripted-turns.ts';
import { outlineTurn, type TurnOutline } from '../turn-outline.ts';
import { encodeWholeAnswer, findStreamError } from '../whole-answer.ts';
import { event, type Frame, type WireAnswer } from '../wire-frame.ts';
import { type Delivery, errorEvent, refuse } from './refusal.ts';
import { callContent, signPart } from './signature.ts';

export interface AnswerRequest {
  readonly model: string;
  readonly delivery: Delivery;
  /** Whether the model signs what it says. */
  readonly signed: boolean;
  readonly context: EncodeContext;
}

/**
 * A turn as the service says it: chunks, each a whole response, in server-sent events or in one list; or one response.
 * https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
 */
export function encodeAnswer(parts: readonly TurnPart[], request: AnswerRequest): WireAnswer {
  const outline = outlineTurn(parts, request.context.promptTokens);
  const spoken = speak(parts, request);
  return request.delivery === 'sse'
    ? encodeStream(parts, { ...request, outline, spoken })
    : encodeWhole(parts, { ...request, outline, spoken });
}

interface Spoken extends AnswerRequest {
  readonly outline: TurnOutline;
  readonly spoken: Speech;
}

type WirePart = Record<string, unknown>;

/** What is said, by the part of the script that says it, and what comes at the end. */
interface Speech {
  readonly byPart: ReadonlyMap<TurnPart, WirePart>;
  readonly last: WirePart;
}

/**
 * Gemini signs the first call of a step; where it calls nothing, an empty text at the end carries the signature.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
function speak(parts: readonly TurnPart[], { signed, context }: AnswerRequest): Speech {
  const byPart = new Map<TurnPart, WirePart>();
  const given = parts.flatMap((part) => (part.type === 'thinking' ? (part.signature ?? []) : []));
  const own = given.at(-1);
  const sign = (content: string): WirePart =>
    signed || own !== undefined ? { thoughtSignature: own ?? signPart(content) } : {};
  let called = false;
  for (const part of parts) {
    if (part.type === 'text') byPart.set(part, { text: part.text });
    if (part.type === 'thinking') byPart.set(part, { text: part.text, thought: true });
    if (part.type !== 'tool-call') continue;
    const functionCall = toFunctionCall(part, context);
    const signature = called ? {} : sign(callContent(part.name, functionCall.args));
    byPart.set(part, { functionCall, ...signature });
    called = true;
  }
  return { byPart, last: { text: '', ...(!called && sign('')) } };
}

interface WireCall {
  readonly id: string;
  readonly name: string;
  readonly args: unknown;
}

/** The service sends an object whatever the model wrote; what is no JSON it would call malformed. */
function toFunctionCall(
  { name, inputText, callId }: ScriptedCall,
  { ids }: EncodeContext,
): WireCall {
  return { id: callId ?? ids.tail(8), name, args: parseInput(inputText) };
}

function parseInput(inputText: string): unknown {
  try {
    return JSON.parse(inputText);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const finishReasons = {
  stop: 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  filtered: 'SAFETY',
} as const;

function encodeStream(parts: readonly TurnPart[], request: Spoken): WireAnswer {
  const { outline, spoken } = request;
  const frames: Frame[] = [];
  const head = responseHead(request);
  let failed = false;
  const say = (chunk: object, delayMs = 0): void => {
    if (!failed)
      frames.push(event(`data: ${JSON.stringify({ ...chunk, ...head })}\r\n\r\n`, delayMs));
  };
  for (const part of parts) {
    const said = spoken.byPart.get(part);
    if (said) say(chunkOf([said], outline), 'delayMs' in part ? part.delayMs : 0);
    if (part.type === 'break') frames.push({ kind: 'break', fault: part });
    if (part.type === 'malformed') frames.push(event(part.raw ?? 'data: {not json}\r\n\r\n'));
    if (part.type !== 'stream-error') continue;
    frames.push(errorEvent(part.message));
    failed = true;
  }
  say(lastChunk(request));
  return {
    status: 200,
    headers: {
      'content-type': outline.contentType ?? 'text/event-stream',
      'server-timing': 'gfet4t7; dur=1',
    },
    frames,
    framing: 'stream',
  };
}

function responseHead({ model, context }: AnswerRequest): object {
  return { modelVersion: model, responseId: context.ids.tail(23) };
}

function chunkOf(parts: readonly WirePart[], outline: TurnOutline): object {
  const content = { parts, role: 'model' };
  return { candidates: [{ content, index: 0 }], usageMetadata: usageOf(outline) };
}

/** Where nothing at all was said, it was the prompt that was blocked. */
function lastChunk({ outline, spoken }: Spoken): object {
  const finishReason = outline.rawReason ?? finishReasons[outline.reason];
  const usageMetadata = usageOf(outline);
  if (outline.reason === 'filtered' && spoken.byPart.size === 0) {
    const blockReason = outline.rawReason ?? 'PROHIBITED_CONTENT';
    return { promptFeedback: { blockReason }, usageMetadata };
  }
  const content = { parts: [spoken.last], role: 'model' };
  return { candidates: [{ content, finishReason, index: 0 }], usageMetadata };
}

function encodeWhole(parts: readonly TurnPart[], request: Spoken): WireAnswer {
  const { outline, spoken, delivery } = request;
  const failure = findStreamError(parts);
  if (failure !== undefined) return refuse(503, { message: failure.message }, delivery);
  const said = joinTexts([...spoken.byPart.values()]);
  const finishReason = outline.rawReason ?? finishReasons[outline.reason];
  const isSigned = 'thoughtSignature' in spoken.last;
  const content = { parts: isSigned ? [...said, spoken.last] : said, role: 'model' };
  const blocked = outline.reason === 'filtered' && said.length === 0;
  const response = {
    ...(blocked
      ? lastChunk(request)
      : { candidates: [{ content, finishReason, index: 0 }], usageMetadata: usageOf(outline) }),
    ...responseHead(request),
  };
  const body = delivery === 'list' ? [response] : response;
  const headers = { 'server-timing': 'gfet4t7; dur=1' };
  return encodeWholeAnswer({ body, parts, outline, headers });
}

function joinTexts(parts: readonly WirePart[]): readonly WirePart[] {
  const joined: WirePart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const same = last !== undefined && 'text' in last && last['thought'] === part['thought'];
    if (same && 'text' in part) last['text'] = `${String(last['text'])}${String(part['text'])}`;
    else joined.push({ ...part });
  }
  return joined;
}

/** https://ai.google.dev/api/generate-content#UsageMetadata: thoughts are counted beside the candidates. */
function usageOf({ usage }: TurnOutline): object {
  const { inputTokens, outputTokens, reasoningTokens, cacheReadTokens } = usage;
  return {
    promptTokenCount: inputTokens,
    ...(cacheReadTokens > 0 && { cachedContentTokenCount: cacheReadTokens }),
    candidatesTokenCount: Math.max(0, outputTokens - reasoningTokens),
    ...(reasoningTokens > 0 && { thoughtsTokenCount: reasoningTokens }),
    totalTokenCount: inputTokens + outputTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: inputTokens }],
  };
}
