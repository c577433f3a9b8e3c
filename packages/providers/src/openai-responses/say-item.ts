import { Json } from '@cuttle/core-types';
import type { ModelEvent } from '@cuttle/core-types/ports';
import { parseInput } from '../exchange/parse-input.ts';
import { endBlocks, say } from '../exchange/spoken-blocks.ts';
import { freshCallId } from '../transcript/wire-ids.ts';
import type { ResponsesDecodeState } from './decode.ts';
import type { CallItem, MessageItem, ReasoningItem, ResponsesItem } from './wire.ts';

type Events = Generator<ModelEvent, void, void>;

/** Where a text stands: parts of one item are blocks of their own. */
export interface Spot {
  readonly kind: 'text' | 'thinking';
  readonly list: 'content' | 'summary';
  readonly item: number;
  readonly part: number;
}

export function* speak(text: string, spot: Spot, state: ResponsesDecodeState): Events {
  if (text === '') return;
  const key = keyOf(spot);
  if (state.spot !== key) yield* endBlocks(state.blocks);
  state.spot = key;
  state.said.set(key, (state.said.get(key) ?? '') + text);
  yield* say(state.blocks, spot.kind, text);
}

function keyOf({ kind, list, item, part }: Spot): string {
  return `${kind} ${list} ${item} ${part}`;
}

/**
 * An item that ended: what was not streamed of it, and what has to go back with the next request. The id of a reasoning and of what was
 * said after it are checked against each other there, so both are kept.
 */
export function* sayItem(item: ResponsesItem, index: number, state: ResponsesDecodeState): Events {
  state.items += 1;
  if (isMessage(item)) yield* sayMessage(item, index, state);
  else if (isReasoning(item)) yield* sayReasoning(item, index, state);
  else {
    yield* endBlocks(state.blocks);
    if (isCall(item)) yield* sayCall(item, state);
    else yield* keep(Json.parse(item), state);
  }
}

function isMessage(item: ResponsesItem): item is MessageItem {
  return item.type === 'message';
}

function isReasoning(item: ResponsesItem): item is ReasoningItem {
  return item.type === 'reasoning';
}

function isCall(item: ResponsesItem): item is CallItem {
  return item.type === 'function_call' || item.type === 'custom_tool_call';
}

function* sayMessage(item: MessageItem, index: number, state: ResponsesDecodeState): Events {
  for (const [part, { text, refusal }] of (item.content ?? []).entries()) {
    if (refusal) state.refused = true;
    yield* sayRest(text ?? refusal, { kind: 'text', list: 'content', item: index, part }, state);
  }
  yield* endBlocks(state.blocks);
  const { id, phase } = item;
  if (id || phase)
    yield* keep({ type: 'message', ...(id && { id }), ...(phase && { phase }) }, state);
}

function* sayReasoning(item: ReasoningItem, index: number, state: ResponsesDecodeState): Events {
  const list = shownIn(item, index, state);
  for (const [part, { text }] of (item[list] ?? []).entries())
    yield* sayRest(text, { kind: 'thinking', list, item: index, part }, state);
  yield* endBlocks(state.blocks);
  if (item.id) yield* keep(Json.parse(item), state);
}

/** Who shows the reasoning itself may repeat it as its summary: one of them is shown, the one that was streamed. */
function shownIn(
  { content }: ReasoningItem,
  item: number,
  { said }: ResponsesDecodeState,
): Spot['list'] {
  for (const list of ['content', 'summary'] as const)
    if (said.has(keyOf({ kind: 'thinking', list, item, part: 0 }))) return list;
  return content?.some(({ text }) => text) ? 'content' : 'summary';
}

/** What was not streamed of a text that is known whole now. What was streamed stands, also where it differs. */
function* sayRest(
  text: string | null | undefined,
  spot: Spot,
  state: ResponsesDecodeState,
): Events {
  const said = state.said.get(keyOf(spot)) ?? '';
  if (text?.startsWith(said)) yield* speak(text.slice(said.length), spot, state);
}

function* sayCall(item: CallItem, state: ResponsesDecodeState): Events {
  const callId = freshCallId(item.call_id || `call_${state.callIds.size}`, state.callIds);
  state.callIds.add(callId);
  const opaque = restOf(item);
  yield {
    type: 'tool.call',
    callId,
    name: state.names.fromWire(item.name ?? ''),
    input: inputOf(item),
    ...(Object.keys(opaque).length > 0 && { opaque }),
  };
}

function inputOf(item: CallItem): Json {
  if (item.type === 'custom_tool_call') return item.input ?? '';
  const { arguments: input } = item;
  return typeof input === 'object' && input !== null ? input : parseInput(input ?? '');
}

/** What a call has beside what we read: its id, and who called (a program, a namespace). */
function restOf(item: CallItem): Record<string, Json> {
  const { call_id: _callId, name: _name, status: _status, type, ...rest } = item;
  const { arguments: _arguments, input: _input, ...others } = rest;
  const stated = Object.entries(others).filter(([, value]) => value != null);
  return {
    ...(type === 'custom_tool_call' && { type }),
    ...Object.fromEntries(stated.map(([key, value]) => [key, Json.parse(value)])),
  };
}

function* keep(value: Json, { origin }: ResponsesDecodeState): Events {
  yield { type: 'opaque', part: { type: 'opaque', origin, value } };
}
