import { Json, type Origin } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { FinishReason, ModelEvent } from '@cuttle/core-types/ports';
import type { Frame } from '../exchange/framing.ts';
import { endedEarly, readRecord } from '../exchange/read-record.ts';
import {
  createSpokenBlocks,
  endBlocks,
  say,
  type SpokenBlocks,
} from '../exchange/spoken-blocks.ts';
import { classifyFailure } from '../failure/classify-failure.ts';
import { freshCallId } from '../transcript/wire-ids.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import type { KeptCall, KeptPart } from './kept-parts.ts';
import { toUsage } from './usage.ts';
import {
  type GeminiCandidate,
  type GeminiChunk,
  GeminiChunks,
  type GeminiPart,
  type GeminiUsage,
} from './wire.ts';

export interface GeminiDecodeContext {
  readonly service: string;
  readonly origin: Origin;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/** What one answer has said so far. */
export interface GeminiDecodeState extends GeminiDecodeContext {
  readonly blocks: SpokenBlocks;
  readonly callIds: Set<string>;
  usage: GeminiUsage;
  finish: string | undefined;
  finishMessage: string;
}

type Events = Generator<ModelEvent, void, void>;

export function createGeminiState(context: GeminiDecodeContext): GeminiDecodeState {
  return {
    ...context,
    blocks: createSpokenBlocks(),
    callIds: new Set(context.knownCallIds),
    usage: {},
    finish: undefined,
    finishMessage: '',
  };
}

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent: each chunk is a whole response. */
export function* decodeGemini(frame: Frame, state: GeminiDecodeState): Events {
  if (frame.text.trim() === '') return;
  for (const chunk of readRecord(GeminiChunks, frame.text, state.service))
    yield* decodeChunk(chunk, state);
  if (!frame.whole) return;
  if (state.finish === undefined) throw notAnAnswer(state.service);
  yield* finishAnswer(state);
}

/** The body ended, which is the end: older models give a reason to finish in every chunk. */
export function* endGemini(state: GeminiDecodeState): Events {
  if (state.finish === undefined) throw endedEarly(state.service);
  yield* finishAnswer(state);
}

function notAnAnswer(service: string): CuttleError {
  return new CuttleError('provider.invalid', `${service} answered without any candidate.`, {
    hint: 'Check baseUrl: it must end before /v1beta.',
  });
}

function* decodeChunk(chunk: GeminiChunk, state: GeminiDecodeState): Events {
  takeUsage(chunk.usageMetadata, state);
  if ((chunk.error ?? undefined) !== undefined) {
    yield* tellUsage(chunk, state);
    throw classifyFailure({ service: state.service, body: JSON.stringify(chunk) });
  }
  const { blockReason, blockReasonMessage } = chunk.promptFeedback ?? {};
  if (blockReason) {
    yield* tellUsage(chunk, state);
    throw blockedPrompt(state.service, blockReason, blockReasonMessage);
  }
  const candidate = chunk.candidates?.find(({ index }) => (index ?? 0) === 0);
  for (const part of candidate?.content?.parts ?? []) yield* decodePart(part, state);
  if (candidate) takeFinish(candidate, state);
  yield* tellUsage(chunk, state);
}

/** What was counted so far, behind what it counts, for the case that the rest never comes. */
function* tellUsage(chunk: GeminiChunk, state: GeminiDecodeState): Events {
  if (chunk.usageMetadata) yield { type: 'usage', usage: toUsage(state.usage) };
}

/** Later counts are totals and replace earlier ones; a count that is left out stays. */
function takeUsage(usage: GeminiUsage | null | undefined, state: GeminiDecodeState): void {
  const stated = Object.entries(usage ?? {}).filter(([, value]) => value !== null);
  state.usage = { ...state.usage, ...Object.fromEntries(stated) };
}

function takeFinish(
  { finishReason, finishMessage }: GeminiCandidate,
  state: GeminiDecodeState,
): void {
  if (!finishReason || finishReason === 'FINISH_REASON_UNSPECIFIED') return;
  state.finish = finishReason;
  state.finishMessage = finishMessage ?? '';
}

/** https://ai.google.dev/api/generate-content#BlockReason: nothing was answered at all. */
function blockedPrompt(
  service: string,
  reason: string,
  words: string | null | undefined,
): CuttleError {
  const why = words ? `${reason}, ${words}` : reason;
  return new CuttleError('provider.filtered', `${service} blocked the prompt: ${why}`, {
    hint: 'Say it in another way, or loosen safetySettings of this provider where the reason is SAFETY.',
    details: { reason },
  });
}

function* decodePart(part: GeminiPart, state: GeminiDecodeState): Events {
  const { functionCall, text, thought, thoughtSignature: signature } = part;
  if (functionCall) return yield* decodeCall(functionCall, signature, state);
  if (thought && typeof text === 'string') return yield* decodeThought(text, signature, state);
  if (isUnknown(part)) return yield* keep({ kind: 'part', part: toJson(part) }, state);
  if (!signature) return yield* say(state.blocks, 'text', text);
  // What is signed is a part of its own, which nothing may be joined to.
  yield* endBlocks(state.blocks);
  yield* say(state.blocks, 'text', text);
  yield* keep({ kind: 'signed-text', text: text ?? '', thoughtSignature: signature }, state);
}

/** Says something that is neither text nor a call. A bare signature is that of an empty text. */
function isUnknown(part: GeminiPart): boolean {
  const {
    text,
    thought: _thought,
    thoughtSignature: _signature,
    functionCall: _call,
    ...rest
  } = part;
  return typeof text !== 'string' && Object.keys(rest).length > 0;
}

/** It was read from JSON. */
function toJson(part: GeminiPart): Record<string, Json> {
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, Json.parse(value)]));
}

function* decodeThought(
  text: string,
  signature: string | null | undefined,
  { blocks }: GeminiDecodeState,
): Events {
  yield* say(blocks, 'thinking', text);
  const { open } = blocks;
  if (!signature || open?.kind !== 'thinking') return;
  blocks.open = undefined;
  yield { type: 'thinking.end', blockId: open.blockId, signature };
}

function* decodeCall(
  { id, name, args }: NonNullable<GeminiPart['functionCall']>,
  signature: string | null | undefined,
  state: GeminiDecodeState,
): Events {
  yield* endBlocks(state.blocks);
  const callId = freshCallId(id || `call_${state.callIds.size}`, state.callIds);
  state.callIds.add(callId);
  const opaque: KeptCall = { ...(id && { id }), ...(signature && { thoughtSignature: signature }) };
  yield {
    type: 'tool.call',
    callId,
    name: state.names.fromWire(name ?? ''),
    input: args ?? {},
    ...(Object.keys(opaque).length > 0 && { opaque: { ...opaque } }),
  };
}

function* keep(value: KeptPart, { blocks, origin }: GeminiDecodeState): Events {
  yield* endBlocks(blocks);
  yield { type: 'opaque', part: { type: 'opaque', origin, value: { ...value } } };
}

/** https://ai.google.dev/api/generate-content#FinishReason, and `MODEL_ARMOR` of Vertex AI. */
const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    STOP: 'stop',
    MAX_TOKENS: 'length',
    SAFETY: 'filtered',
    RECITATION: 'filtered',
    LANGUAGE: 'filtered',
    BLOCKLIST: 'filtered',
    PROHIBITED_CONTENT: 'filtered',
    SPII: 'filtered',
    IMAGE_SAFETY: 'filtered',
    IMAGE_PROHIBITED_CONTENT: 'filtered',
    IMAGE_RECITATION: 'filtered',
    MODEL_ARMOR: 'filtered',
  }),
);

/** Reasons that mean that there is no answer: the model has said what nobody can read. */
const failures: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MISSING_THOUGHT_SIGNATURE',
]);

function* finishAnswer(state: GeminiDecodeState): Events {
  const finish = state.finish ?? 'STOP';
  if (failures.has(finish)) throw failureOf(finish, state);
  if (finish === 'OTHER' && isSilent(state)) throw brokenOff(state);
  const stated = reasons.get(finish) ?? 'stop';
  if (stated === 'filtered')
    yield* keep({ kind: 'blocked', reason: finish, message: state.finishMessage }, state);
  yield* endBlocks(state.blocks);
  const called = state.callIds.size > state.knownCallIds.size;
  const reason = stated === 'stop' && called ? 'tool-calls' : stated;
  yield { type: 'finish', reason, usage: toUsage(state.usage) };
}

function isSilent({ blocks, callIds, knownCallIds }: GeminiDecodeState): boolean {
  return blocks.count === 0 && callIds.size === knownCallIds.size;
}

/** "Unknown reason": with nothing said, there is no answer. */
function brokenOff({ service, finishMessage }: GeminiDecodeState): CuttleError {
  const why = finishMessage && `: ${finishMessage}`;
  return new CuttleError('provider.malformed', `${service} broke its answer off${why}.`);
}

function failureOf(finish: string, { service, finishMessage }: GeminiDecodeState): CuttleError {
  const message = `The model ended with ${finish}${finishMessage && `: ${finishMessage}`}`;
  return classifyFailure({ service, body: JSON.stringify({ error: { code: finish, message } }) });
}
