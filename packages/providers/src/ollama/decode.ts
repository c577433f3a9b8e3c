import type { Json, Usage } from '@cuttle/core-types';
import type { FinishReason, ModelEvent } from '@cuttle/core-types/ports';
import { toCount } from '../exchange/counts.ts';
import type { Frame } from '../exchange/framing.ts';
import { parseInput } from '../exchange/parse-input.ts';
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
import { type OllamaMessage, OllamaRecord } from './wire.ts';

export interface OllamaDecodeContext {
  readonly service: string;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

interface CallDraft {
  readonly id: string;
  readonly name: string;
  readonly input: Json;
}

/** What one answer has said so far. */
export interface OllamaDecodeState extends OllamaDecodeContext {
  readonly blocks: SpokenBlocks;
  readonly calls: CallDraft[];
}

export function createOllamaState(context: OllamaDecodeContext): OllamaDecodeState {
  return { ...context, blocks: createSpokenBlocks(), calls: [] };
}

/** https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion */
export function* decodeOllama(
  frame: Frame,
  state: OllamaDecodeState,
): Generator<ModelEvent, void, void> {
  const record = readRecord(OllamaRecord, frame.text, state.service);
  if ((record.error ?? undefined) !== undefined)
    throw classifyFailure({ service: state.service, body: frame.text });
  if (record.message) yield* decodeMessage(record.message, state);
  if (record.done) yield* finishAnswer(record, state);
}

function* decodeMessage(
  message: OllamaMessage,
  state: OllamaDecodeState,
): Generator<ModelEvent, void, void> {
  yield* say(state.blocks, 'thinking', message.thinking);
  yield* say(state.blocks, 'text', message.content);
  for (const { id, function: call } of message.tool_calls ?? []) {
    const input = call?.arguments ?? {};
    state.calls.push({
      id: id ?? '',
      name: call?.name ?? '',
      input: typeof input === 'string' ? parseInput(input) : input,
    });
  }
}

/** Every answer ends with a record that is `done`. */
export function endOllama(state: OllamaDecodeState): never {
  throw endedEarly(state.service);
}

const reasons: ReadonlyMap<string, FinishReason> = new Map(
  Object.entries({ stop: 'stop', length: 'length' }),
);

function* finishAnswer(
  record: OllamaRecord,
  state: OllamaDecodeState,
): Generator<ModelEvent, void, void> {
  yield* endBlocks(state.blocks);
  const known = new Set(state.knownCallIds);
  for (const [index, { id, name, input }] of state.calls.entries()) {
    // Ollama gives most calls no id; ours depends on what came before, so that it differs in each answer.
    const callId = freshCallId(id || `call_${known.size}_${index}`, known);
    known.add(callId);
    yield { type: 'tool.call', callId, name: state.names.fromWire(name), input };
  }
  const stated = reasons.get(record.done_reason ?? 'stop') ?? 'stop';
  const reason = stated === 'stop' && state.calls.length > 0 ? 'tool-calls' : stated;
  yield { type: 'finish', reason, usage: toUsage(record) };
}

function toUsage(record: OllamaRecord): Usage {
  return {
    inputTokens: toCount(record.prompt_eval_count),
    outputTokens: toCount(record.eval_count),
  };
}
