import type { Origin } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { FinishReason, ModelEvent } from '@cuttle/core-types/ports';
import type { Frame } from '../exchange/framing.ts';
import { endedEarly, readRecord } from '../exchange/read-record.ts';
import { classifyFailure } from '../failure/classify-failure.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import { addDelta, type BlockDraft, endBlock, sayBlock, startBlock } from './blocks.ts';
import { toUsage } from './usage.ts';
import { BedrockRecord, type BedrockUsage } from './wire.ts';

type Events = Generator<ModelEvent, void, void>;

export interface BedrockDecodeContext {
  readonly service: string;
  readonly origin: Origin;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/** What one answer has said so far. */
export interface BedrockDecodeState extends BedrockDecodeContext {
  blocks: number;
  /** Blocks that have started and not ended, by the index of the service. */
  readonly open: Map<number, BlockDraft>;
  readonly callIds: Set<string>;
  usage: BedrockUsage | undefined;
  stopReason: string | undefined;
}

export function createBedrockState(context: BedrockDecodeContext): BedrockDecodeState {
  const callIds = new Set(context.knownCallIds);
  const empty = { usage: undefined, stopReason: undefined };
  return { ...context, ...empty, blocks: 0, open: new Map(), callIds };
}

/** https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html. Messages of unknown names are left out. */
export function* decodeBedrock(frame: Frame, state: BedrockDecodeState): Events {
  const record = readRecord(BedrockRecord, frame.text, state.service);
  if (record.exception != null) throw toException(record, state.service);
  if (record.output) return yield* decodeWhole(record, state);
  if (frame.whole) throw notAnAnswer(state.service);
  yield* decodeMessage(record, state);
}

/** The body ended. The usage may be missing where a reason to stop was given. */
export function* endBedrock(state: BedrockDecodeState): Events {
  if (state.stopReason === undefined) throw endedEarly(state.service);
  yield* finishAnswer(state);
}

function toException({ exception, payload }: BedrockRecord, service: string): CuttleError {
  const detail = typeof payload === 'object' && payload !== null ? payload : {};
  return classifyFailure({ service, body: JSON.stringify({ ...detail, type: exception }) });
}

/** Also what their front says to a path that it does not know: 200 and `UnknownOperationException`. */
function notAnAnswer(service: string): CuttleError {
  return new CuttleError('provider.invalid', `${service} answered without a message.`, {
    hint: 'Check baseUrl: it must end before /model.',
  });
}

function* decodeMessage(record: BedrockRecord, state: BedrockDecodeState): Events {
  const { messageStop, metadata } = record;
  yield* decodeBlocks(record, state);
  if (messageStop) state.stopReason = messageStop.stopReason ?? 'end_turn';
  if (metadata) {
    state.usage = metadata.usage ?? {};
    // For the case that the rest never comes.
    yield { type: 'usage', usage: toUsage(state.usage) };
  }
  // The one comes after the other, in either order.
  if (state.usage && state.stopReason !== undefined) yield* finishAnswer(state);
}

function* decodeBlocks(record: BedrockRecord, state: BedrockDecodeState): Events {
  const { contentBlockStart: start, contentBlockDelta: piece, contentBlockStop: stop } = record;
  const index = (start ?? piece ?? stop)?.contentBlockIndex ?? 0;
  if (start) startBlock(index, start.start ?? {}, state);
  if (piece?.delta) yield* addDelta(index, piece.delta, state);
  if (stop) yield* endBlock(index, state);
}

function* decodeWhole(
  { output, stopReason, usage }: BedrockRecord,
  state: BedrockDecodeState,
): Events {
  for (const [index, block] of (output?.message?.content ?? []).entries()) {
    yield* sayBlock(index, block, state);
  }
  state.usage = usage ?? {};
  state.stopReason = stopReason ?? 'end_turn';
  yield* finishAnswer(state);
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_MessageStopEvent.html */
const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool-calls',
    guardrail_intervened: 'filtered',
    content_filtered: 'filtered',
    refusal: 'filtered',
  }),
);

function toMalformed(stopReason: string, service: string): CuttleError {
  const text = `${service} could not read what the model said (${stopReason}).`;
  return new CuttleError('provider.malformed', text, {
    hint: 'Try again; the model may do better.',
  });
}

function* finishAnswer(state: BedrockDecodeState): Events {
  if (state.stopReason?.startsWith('malformed_'))
    throw toMalformed(state.stopReason, state.service);
  // A block that was never closed is as long as it got.
  for (const index of state.open.keys()) yield* endBlock(index, state);
  const stated = reasons.get(state.stopReason ?? 'end_turn') ?? 'stop';
  const called = state.callIds.size > state.knownCallIds.size;
  const reason = stated === 'stop' && called ? 'tool-calls' : stated;
  yield { type: 'finish', reason, usage: toUsage(state.usage ?? {}) };
}
