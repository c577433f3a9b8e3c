import type { Json, Origin } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { FinishReason, ModelEvent } from '@cuttle/core-types/ports';
import type { Frame } from '../exchange/framing.ts';
import { mostCalls } from '../exchange/limits.ts';
import { parseInput } from '../exchange/parse-input.ts';
import { tooMany } from '../exchange/read-answer.ts';
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
import { addCallDelta, type CallDrafts, createCallDrafts } from './calls.ts';
import { addDetails, createReasoningDetails, type ReasoningDetails } from './reasoning-details.ts';
import { toUsage } from './usage.ts';
import {
  type OpenaiCallDelta,
  type OpenaiChoice,
  OpenaiChunk,
  type OpenaiContentPart,
  type OpenaiDelta,
  type OpenaiUsage,
} from './wire.ts';

export interface OpenaiDecodeContext {
  readonly service: string;
  readonly origin: Origin;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
  /** Keep OpenRouter's `reasoning_details` to send them back. */
  readonly details: 'kept' | 'ignored';
}

/** What one answer has said so far. */
export interface OpenaiDecodeState extends OpenaiDecodeContext {
  readonly blocks: SpokenBlocks;
  readonly calls: CallDrafts;
  readonly reasoningDetails: ReasoningDetails;
  /** The model said in a field of its own that it will not answer. */
  isRefused: boolean;
  finish: string | undefined;
  usage: OpenaiUsage | undefined;
}

export function createOpenaiState(context: OpenaiDecodeContext): OpenaiDecodeState {
  return {
    ...context,
    blocks: createSpokenBlocks(),
    calls: createCallDrafts(),
    reasoningDetails: createReasoningDetails(),
    isRefused: false,
    finish: undefined,
    usage: undefined,
  };
}

/** https://platform.openai.com/docs/api-reference/chat/streaming */
export function* decodeOpenai(
  frame: Frame,
  state: OpenaiDecodeState,
): Generator<ModelEvent, void, void> {
  if (frame.text === '[DONE]') return yield* finishAnswer(state);
  if (frame.text.trim() === '') return;
  const chunk = readRecord(OpenaiChunk, frame.text, state.service);
  const choice = chunk.choices?.find(({ index }) => (index ?? 0) === 0);
  const told = usageIn(chunk, choice);
  state.usage = told ?? state.usage;
  // OpenRouter adds an error after the end of an answer that ran into its limit; the answer is whole.
  if (isFailure(chunk) && state.finish === undefined)
    return yield* failAnswer({ body: frame.text, told }, state);
  if (choice) yield* decodeChoice(choice, state);
  // Some count in every chunk, most in the last: told behind what it counts, for the case that the rest never comes.
  if (told && !frame.whole) yield { type: 'usage', usage: toUsage(told) };
  if (!frame.whole) return;
  if (!choice) throw notAnAnswer(state.service);
  yield* finishAnswer(state);
}

function* failAnswer(
  { body, told }: { readonly body: string; readonly told: OpenaiUsage | null | undefined },
  { service }: OpenaiDecodeState,
): Generator<ModelEvent, never, void> {
  if (told) yield { type: 'usage', usage: toUsage(told) };
  throw classifyFailure({ service, body });
}

function usageIn(
  chunk: OpenaiChunk,
  choice: OpenaiChoice | undefined,
): OpenaiUsage | null | undefined {
  return chunk.usage ?? choice?.usage ?? chunk.x_groq?.usage;
}

/** vLLM calls the object itself an error. */
function isFailure(chunk: OpenaiChunk): boolean {
  return (chunk.error ?? undefined) !== undefined || chunk.object === 'error';
}

function* decodeChoice(
  choice: OpenaiChoice,
  state: OpenaiDecodeState,
): Generator<ModelEvent, void, void> {
  const delta = choice.delta ?? choice.message;
  if (delta) yield* decodeDelta(delta, state);
  if (choice.finish_reason) state.finish = choice.finish_reason;
}

/** The body ended. `[DONE]` may be missing where a reason to finish was given. */
export function* endOpenai(state: OpenaiDecodeState): Generator<ModelEvent, void, void> {
  if (state.finish === undefined) throw endedEarly(state.service);
  yield* finishAnswer(state);
}

function notAnAnswer(service: string): CuttleError {
  return new CuttleError('provider.invalid', `${service} answered without any choice.`, {
    hint: 'Check baseUrl: it must end before /chat/completions.',
  });
}

function* decodeDelta(
  delta: OpenaiDelta,
  state: OpenaiDecodeState,
): Generator<ModelEvent, void, void> {
  const { blocks } = state;
  const { content, refusal, tool_calls: calls, function_call: call } = delta;
  const thought = delta.reasoning_content ?? delta.reasoning;
  // Most deltas say one thing, and this runs for each of them: no generator for what is not said.
  if (thought) yield* say(blocks, 'thinking', thought);
  if (delta.reasoning_details && state.details === 'kept')
    addDetails(state.reasoningDetails, delta.reasoning_details);
  if (Array.isArray(content)) {
    for (const part of content) {
      yield* say(blocks, 'thinking', thoughtIn(part));
      yield* say(blocks, 'text', part.text);
    }
  } else if (content) {
    yield* say(blocks, 'text', content);
  }
  if (refusal) {
    state.isRefused = true;
    yield* say(blocks, 'text', refusal);
  }
  if (calls) addCalls(calls, state);
  if (call) addCalls([{ index: 0, function: call }], state);
}

function addCalls(deltas: readonly OpenaiCallDelta[], { calls, service }: OpenaiDecodeState): void {
  for (const delta of deltas) {
    addCallDelta(calls, delta);
    if (calls.all.length > mostCalls) throw tooMany(service);
  }
}

function thoughtIn({ thinking }: OpenaiContentPart): string | null | undefined {
  return Array.isArray(thinking) ? thinking.map(({ text }) => text ?? '').join('') : thinking;
}

function* finishAnswer(state: OpenaiDecodeState): Generator<ModelEvent, void, void> {
  const reason = toFinishReason(state.finish ?? 'stop', state);
  yield* endBlocks(state.blocks);
  if (state.reasoningDetails.all.length > 0) {
    const value: Json = { reasoning_details: state.reasoningDetails.all };
    yield { type: 'opaque', part: { type: 'opaque', origin: state.origin, value } };
  }
  yield* sayCalls(state);
  yield { type: 'finish', reason, usage: toUsage(state.usage) };
}

function* sayCalls(state: OpenaiDecodeState): Generator<ModelEvent, void, void> {
  const known = new Set(state.knownCallIds);
  for (const [index, { id, name, input, extra }] of state.calls.all.entries()) {
    const callId = freshCallId(id || `call_${known.size}_${index}`, known);
    known.add(callId);
    yield {
      type: 'tool.call',
      callId,
      name: state.names.fromWire(name),
      input: parseInput(input),
      ...(extra !== undefined && { opaque: extra }),
    };
  }
}

const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    stop: 'stop',
    end_turn: 'stop',
    eos: 'stop',
    length: 'length',
    max_tokens: 'length',
    // Mistral.
    model_length: 'length',
    tool_calls: 'tool-calls',
    function_call: 'tool-calls',
    content_filter: 'filtered',
    // Zhipu.
    sensitive: 'filtered',
  }),
);

/** Reasons that mean that there is no answer. OpenRouter, Zhipu, DeepSeek. */
const failures: ReadonlySet<string> = new Set([
  'error',
  'network_error',
  'insufficient_system_resource',
]);

function toFinishReason(finish: string, state: OpenaiDecodeState): FinishReason {
  if (failures.has(finish)) {
    const body = JSON.stringify({
      error: { code: finish, message: `The model ended with ${finish}` },
    });
    throw classifyFailure({ service: state.service, body, status: 503 });
  }
  const reason = reasons.get(finish) ?? 'stop';
  if (state.isRefused && reason === 'stop') return 'filtered';
  // Some services say `stop` and call tools.
  return reason === 'stop' && state.calls.all.length > 0 ? 'tool-calls' : reason;
}
