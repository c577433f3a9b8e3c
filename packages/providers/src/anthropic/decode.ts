import type { Origin } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { FinishReason, ModelEvent } from '@cuttle/core-types/ports';
import type { Frame } from '../exchange/framing.ts';
import { endedEarly, readRecord } from '../exchange/read-record.ts';
import { classifyFailure } from '../failure/classify-failure.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import { addDelta, type BlockDraft, endBlock, startBlock } from './blocks.ts';
import { toUsage } from './usage.ts';
import { AnthropicEvent, type AnthropicMessage, type AnthropicUsage } from './wire.ts';

export interface AnthropicDecodeContext {
  readonly service: string;
  readonly origin: Origin;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/** What one answer has said so far. */
export interface AnthropicDecodeState extends AnthropicDecodeContext {
  blocks: number;
  /** Blocks that have started and not ended, by the index of the service. */
  readonly open: Map<number, BlockDraft>;
  readonly callIds: Set<string>;
  usage: AnthropicUsage;
  stopReason: string | undefined;
}

export function createAnthropicState(context: AnthropicDecodeContext): AnthropicDecodeState {
  const callIds = new Set(context.knownCallIds);
  return { ...context, blocks: 0, open: new Map(), callIds, usage: {}, stopReason: undefined };
}

/** https://platform.claude.com/docs/en/build-with-claude/streaming. Events of unknown types are left out. */
export function* decodeAnthropic(
  frame: Frame,
  state: AnthropicDecodeState,
): Generator<ModelEvent, void, void> {
  if (frame.text.trim() === '') return;
  const event = readRecord(AnthropicEvent, frame.text, state.service);
  if (event.type === 'error') throw classifyFailure({ service: state.service, body: frame.text });
  if (event.type === 'message') return yield* decodeMessage(event, state);
  if (frame.whole) throw notAMessage(state.service);
  yield* decodeEvent(event, state);
}

/** The body ended. `message_stop` may be missing where a reason to stop was given. */
export function* endAnthropic(state: AnthropicDecodeState): Generator<ModelEvent, void, void> {
  if (state.stopReason === undefined) throw endedEarly(state.service);
  yield* finishAnswer(state);
}

function notAMessage(service: string): CuttleError {
  return new CuttleError('provider.invalid', `${service} answered without a message.`, {
    hint: 'Check baseUrl: it must end before /v1/messages.',
  });
}

function* decodeEvent(
  event: AnthropicEvent,
  state: AnthropicDecodeState,
): Generator<ModelEvent, void, void> {
  const index = event.index ?? 0;
  switch (event.type) {
    case 'message_start':
      if (typeof event.message === 'object' && event.message) {
        yield* takeMessage(event.message, state);
        yield* tellUsage(event.message.usage, state);
      }
      break;
    case 'content_block_start':
      if (event.content_block) yield* startBlock(index, event.content_block, state);
      break;
    case 'content_block_delta':
      if (event.delta) yield* addDelta(index, event.delta, state);
      break;
    case 'content_block_stop':
      yield* endBlock(index, state);
      break;
    case 'message_delta':
      takeUsage(event.usage, state);
      yield* tellUsage(event.usage, state);
      state.stopReason = event.delta?.stop_reason ?? state.stopReason;
      break;
    case 'message_stop':
      yield* finishAnswer(state);
      break;
  }
}

/** A message that was not streamed is the same blocks, each in one piece. */
function* decodeMessage(
  message: AnthropicMessage,
  state: AnthropicDecodeState,
): Generator<ModelEvent, void, void> {
  yield* takeMessage(message, state);
  yield* finishAnswer(state);
}

/** Also the start of a stream may hold blocks: where a service goes on with what its own tool began. */
function* takeMessage(
  message: AnthropicMessage,
  state: AnthropicDecodeState,
): Generator<ModelEvent, void, void> {
  takeUsage(message.usage, state);
  state.stopReason = message.stop_reason ?? state.stopReason;
  // A start that comes twice is one start.
  if (state.blocks > 0) return;
  for (const [index, block] of (message.content ?? []).entries()) {
    yield* startBlock(index, block, state);
    yield* endBlock(index, state);
  }
}

/** Later counts are totals and replace earlier ones; a count that is left out stays. */
function takeUsage(usage: AnthropicUsage | null | undefined, state: AnthropicDecodeState): void {
  const stated = Object.entries(usage ?? {}).filter(([, value]) => value !== null);
  state.usage = { ...state.usage, ...Object.fromEntries(stated) };
}

/** What was counted so far, for the case that the rest never comes. */
function* tellUsage(
  told: AnthropicUsage | null | undefined,
  state: AnthropicDecodeState,
): Generator<ModelEvent, void, void> {
  if (told) yield { type: 'usage', usage: toUsage(state.usage) };
}

const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool-calls',
    refusal: 'filtered',
    // Only with server tools and server-side compaction, which we do not ask for: the answer so far stands.
    pause_turn: 'stop',
    compaction: 'stop',
  }),
);

function* finishAnswer(state: AnthropicDecodeState): Generator<ModelEvent, void, void> {
  // A block that was never closed is as long as it got.
  for (const index of state.open.keys()) yield* endBlock(index, state);
  const stated = reasons.get(state.stopReason ?? 'end_turn') ?? 'stop';
  const called = state.callIds.size > state.knownCallIds.size;
  const reason = stated === 'stop' && called ? 'tool-calls' : stated;
  yield { type: 'finish', reason, usage: toUsage(state.usage) };
}
