import { Json } from '@cuttle/core-types';
import type { ModelEvent } from '@cuttle/core-types/ports';
import { parseInput } from '../exchange/parse-input.ts';
import { freshCallId } from '../transcript/wire-ids.ts';
import type { AnthropicDecodeState } from './decode.ts';
import type { AnthropicBlock, AnthropicDelta } from './wire.ts';

type Events = Generator<ModelEvent, void, void>;

/** A block while its pieces come in. */
export interface BlockDraft {
  readonly block: AnthropicBlock;
  readonly blockId: string;
  signature: string;
  /** The arguments of a call, as JSON in pieces. */
  input: string;
  /** Pieces of fields of a block that we do not interpret. */
  readonly fields: Record<string, Json>;
}

export function* startBlock(
  index: number,
  block: AnthropicBlock,
  state: AnthropicDecodeState,
): Events {
  // A service that starts a block twice means the second.
  const draft = openBlock(index, block, state);
  if (block.type === 'text') yield* say('text', block.text, draft);
  if (block.type === 'thinking') yield* say('thinking', block.thinking, draft);
}

function openBlock(index: number, block: AnthropicBlock, state: AnthropicDecodeState): BlockDraft {
  const draft: BlockDraft = {
    block,
    blockId: String(state.blocks),
    signature: block.signature ?? '',
    input: '',
    fields: {},
  };
  state.blocks += 1;
  state.open.set(index, draft);
  return draft;
}

export function* addDelta(
  index: number,
  delta: AnthropicDelta,
  state: AnthropicDecodeState,
): Events {
  const type = delta.type ?? '';
  const draft = state.open.get(index) ?? openUnstarted(index, type, state);
  if (!draft) return;
  switch (type) {
    case 'text_delta':
      yield* say('text', delta.text, draft);
      break;
    case 'thinking_delta':
      yield* say('thinking', delta.thinking, draft);
      break;
    case 'signature_delta':
      draft.signature += delta.signature ?? '';
      break;
    case 'input_json_delta':
      draft.input += delta.partial_json ?? '';
      break;
    default:
      addFields(delta, draft);
  }
}

/** Compatible services leave the start out; what is said counts all the same. A call without a start has no name. */
function openUnstarted(
  index: number,
  deltaType: string,
  state: AnthropicDecodeState,
): BlockDraft | undefined {
  const type = spokenTypes.get(deltaType);
  return type === undefined ? undefined : openBlock(index, { type }, state);
}

const spokenTypes: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
]);

export function* endBlock(index: number, state: AnthropicDecodeState): Events {
  const draft = state.open.get(index);
  if (!draft) return;
  state.open.delete(index);
  const { block, blockId, signature } = draft;
  switch (block.type) {
    case 'text':
      break;
    case 'thinking':
      yield { type: 'thinking.end', blockId, ...(signature !== '' && { signature }) };
      break;
    case 'redacted_thinking':
      yield { type: 'thinking.end', blockId, redacted: block.data ?? '' };
      break;
    case 'tool_use':
      yield* sayCall(draft, state);
      break;
    default:
      yield {
        type: 'opaque',
        part: { type: 'opaque', origin: state.origin, value: wholeOf(draft) },
      };
  }
}

function* say(
  kind: 'text' | 'thinking',
  text: string | null | undefined,
  { blockId }: BlockDraft,
): Events {
  if (text) yield { type: `${kind}.delta`, blockId, text };
}

function* sayCall(draft: BlockDraft, state: AnthropicDecodeState): Events {
  const { block, input } = draft;
  const callId = freshCallId(block.id || `toolu_${state.callIds.size}`, state.callIds);
  state.callIds.add(callId);
  const { caller } = block;
  yield {
    type: 'tool.call',
    callId,
    name: state.names.fromWire(block.name ?? ''),
    input: input === '' ? (block.input ?? {}) : parseInput(input),
    // Who called: a call made from the service's own sandbox goes back as such.
    ...(isForeignCaller(caller) && { opaque: { caller: Json.parse(caller) } }),
  };
}

function isForeignCaller(caller: unknown): boolean {
  return (
    typeof caller === 'object' && caller !== null && 'type' in caller && caller.type !== 'direct'
  );
}

/** Deltas of blocks that we do not interpret: text goes on, everything else replaces. */
function addFields(delta: AnthropicDelta, { block, fields }: BlockDraft): void {
  if (block.type === 'text' || block.type === 'thinking') return;
  for (const [key, value] of Object.entries(delta)) {
    if (key === 'type') continue;
    const before = fields[key] ?? block[key];
    const added = Json.parse(value);
    fields[key] = typeof before === 'string' && typeof added === 'string' ? before + added : added;
  }
}

function wholeOf({ block, fields, input }: BlockDraft): Json {
  return Json.parse({ ...block, ...fields, ...(input !== '' && { input: parseInput(input) }) });
}
