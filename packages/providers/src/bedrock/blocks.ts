import { Json } from '@cuttle/core-types';
import type { ModelEvent } from '@cuttle/core-types/ports';
import { parseInput } from '../exchange/parse-input.ts';
import { freshCallId } from '../transcript/wire-ids.ts';
import type { BedrockDecodeState } from './decode.ts';
import type {
  BedrockBlock,
  BedrockDelta,
  BedrockStart,
  BedrockToolResult,
  BedrockToolUse,
} from './wire.ts';

type Events = Generator<ModelEvent, void, void>;

/** A block while its pieces come in. Only calls and results have an event for their start. */
export interface BlockDraft {
  readonly blockId: string;
  readonly toolUse: BedrockToolUse | undefined;
  readonly toolResult: BedrockToolResult | undefined;
  thought: boolean;
  signature: string;
  redacted: string;
  /** The arguments of a call, as JSON in pieces. */
  input: string;
  readonly results: Json[];
}

export function startBlock(
  index: number,
  { toolUse, toolResult }: BedrockStart,
  state: BedrockDecodeState,
): BlockDraft {
  const draft: BlockDraft = {
    blockId: String(state.blocks),
    toolUse: toolUse ?? undefined,
    toolResult: toolResult ?? undefined,
    thought: false,
    signature: '',
    redacted: '',
    input: '',
    results: [],
  };
  state.blocks += 1;
  state.open.set(index, draft);
  return draft;
}

export function* addDelta(index: number, delta: BedrockDelta, state: BedrockDecodeState): Events {
  const draft = state.open.get(index) ?? startBlock(index, {}, state);
  const { blockId } = draft;
  if (delta.text) yield { type: 'text.delta', blockId, text: delta.text };
  const thought = delta.reasoningContent;
  if (thought) {
    draft.thought = true;
    draft.signature += thought.signature ?? '';
    draft.redacted += thought.redactedContent ?? '';
    if (thought.text) yield { type: 'thinking.delta', blockId, text: thought.text };
  }
  draft.input += delta.toolUse?.input ?? '';
  draft.results.push(...(delta.toolResult ?? []));
}

export function* endBlock(index: number, state: BedrockDecodeState): Events {
  const draft = state.open.get(index);
  if (!draft) return;
  state.open.delete(index);
  const { blockId, toolUse, toolResult, signature, redacted, input, results } = draft;
  if (draft.thought) {
    yield {
      type: 'thinking.end',
      blockId,
      ...(signature !== '' && { signature }),
      ...(redacted !== '' && { redacted }),
    };
  }
  if (toolUse) yield* sayUse(toolUse, parseInput(input), state);
  if (toolResult) yield sayOpaque({ toolResult: { ...toolResult, content: results } }, state);
}

/** A block of an answer that was not streamed is its deltas in one piece. */
export function* sayBlock(index: number, block: BedrockBlock, state: BedrockDecodeState): Events {
  const { text, reasoningContent, toolUse, toolResult, citationsContent } = block;
  const cited = (citationsContent?.content ?? []).map((part) => part.text ?? '').join('');
  if (toolUse) return yield* sayUse(toolUse, toolUse.input ?? {}, state);
  if (toolResult) return yield sayOpaque({ toolResult }, state);
  const { reasoningText, redactedContent } = reasoningContent ?? {};
  const said = reasoningContent && { ...reasoningText, redactedContent };
  yield* addDelta(index, { text: text ?? cited, reasoningContent: said }, state);
  yield* endBlock(index, state);
}

function* sayUse(toolUse: BedrockToolUse, input: Json, state: BedrockDecodeState): Events {
  const { toolUseId, name, type } = toolUse;
  // A use of a tool that the service runs itself; its result stands in the same answer.
  if (type && type !== 'tool_use') {
    return yield sayOpaque({ toolUse: { toolUseId, name, type, input } }, state);
  }
  const callId = freshCallId(toolUseId || `tooluse_${state.callIds.size}`, state.callIds);
  state.callIds.add(callId);
  yield { type: 'tool.call', callId, name: state.names.fromWire(name ?? ''), input };
}

function sayOpaque(value: unknown, { origin }: BedrockDecodeState): ModelEvent {
  return { type: 'opaque', part: { type: 'opaque', origin, value: Json.parse(value) } };
}
