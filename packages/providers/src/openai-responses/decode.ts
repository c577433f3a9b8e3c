import type { Origin } from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { FinishReason, ModelEvent } from '@cuttle/core-types/ports';
import type { Frame } from '../exchange/framing.ts';
import { mostCalls } from '../exchange/limits.ts';
import { tooMany } from '../exchange/read-answer.ts';
import { endedEarly, readRecord } from '../exchange/read-record.ts';
import { createSpokenBlocks, endBlocks, type SpokenBlocks } from '../exchange/spoken-blocks.ts';
import { classifyFailure } from '../failure/classify-failure.ts';
import type { WireNames } from '../transcript/wire-names.ts';
import { sayItem, speak, type Spot } from './say-item.ts';
import { toUsage } from './usage.ts';
import { ResponsesEvent, type ResponsesItem, ResponsesObject } from './wire.ts';

export interface ResponsesDecodeContext {
  readonly service: string;
  readonly origin: Origin;
  readonly names: WireNames;
  readonly knownCallIds: ReadonlySet<string>;
}

/** What one answer has said so far. */
export interface ResponsesDecodeState extends ResponsesDecodeContext {
  readonly blocks: SpokenBlocks;
  readonly callIds: Set<string>;
  /** What was streamed, by its place, and the place of the last of it. */
  readonly said: Map<string, string>;
  spot: string;
  /** Items that began and did not end, and those that ended before one that stands before them. */
  readonly open: Set<number>;
  readonly held: Map<number, ResponsesItem>;
  /** Items that were said. */
  items: number;
  refused: boolean;
}

export function createResponsesState(context: ResponsesDecodeContext): ResponsesDecodeState {
  return {
    ...context,
    blocks: createSpokenBlocks(),
    callIds: new Set(context.knownCallIds),
    said: new Map(),
    spot: '',
    open: new Set(),
    held: new Map(),
    items: 0,
    refused: false,
  };
}

/** https://platform.openai.com/docs/api-reference/responses-streaming. Events of unknown types are left out. */
export function* decodeResponses(
  frame: Frame,
  state: ResponsesDecodeState,
): Generator<ModelEvent, void, void> {
  if (frame.text.trim() === '' || frame.text === '[DONE]') return;
  const event = readRecord(ResponsesEvent, frame.text, state.service);
  if (event.type === 'error' || (event.type == null && isFailure(event)))
    throw classifyFailure({ service: state.service, body: frame.text });
  if (!frame.whole) return yield* decodeEvent(event, state);
  const response = readRecord(ResponsesObject, frame.text, state.service);
  if (!response.output) throw notAResponse(state.service);
  yield* finishAnswer(response, state);
}

/** The body ended. Nothing but the last event tells the end from a cut. */
export function endResponses({ service }: ResponsesDecodeState): never {
  throw endedEarly(service);
}

/** A response that failed has its items beside its error. */
function isFailure(event: ResponsesEvent): boolean {
  return (event.error ?? undefined) !== undefined && event['output'] === undefined;
}

function notAResponse(service: string): CuttleError {
  return new CuttleError('provider.invalid', `${service} answered without any output.`, {
    hint: 'Check baseUrl: it must end before /responses.',
  });
}

const spoken: ReadonlyMap<string, Pick<Spot, 'kind' | 'list'>> = new Map(
  Object.entries({
    'response.output_text.delta': { kind: 'text', list: 'content' },
    'response.refusal.delta': { kind: 'text', list: 'content' },
    'response.reasoning_text.delta': { kind: 'thinking', list: 'content' },
    'response.reasoning_summary_text.delta': { kind: 'thinking', list: 'summary' },
    // Its name in Open Responses: https://www.openresponses.org/specification
    'response.reasoning.delta': { kind: 'thinking', list: 'content' },
  }),
);

function* decodeEvent(
  event: ResponsesEvent,
  state: ResponsesDecodeState,
): Generator<ModelEvent, void, void> {
  const { type, item, response } = event;
  const index = event.output_index ?? 0;
  if (typeof event.delta === 'string') {
    yield* decodeDelta(event, event.delta, state);
  } else if (type === 'response.output_item.added') {
    state.open.add(index);
    if (state.open.size > mostCalls) throw tooMany(state.service);
  } else if (type === 'response.output_item.done' && item) {
    state.open.delete(index);
    state.held.set(index, item);
    if (state.held.size > mostCalls) throw tooMany(state.service);
    yield* sayHeld(state);
  } else if (ends.has(type ?? '') && response) {
    yield* finishAnswer(response, state);
  }
}

const ends: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

function* decodeDelta(
  { type, output_index: item, content_index: content, summary_index: summary }: ResponsesEvent,
  delta: string,
  state: ResponsesDecodeState,
): Generator<ModelEvent, void, void> {
  const place = spoken.get(type ?? '');
  if (!place) return;
  if (type === 'response.refusal.delta') state.refused = true;
  const part = (place.list === 'summary' ? summary : content) ?? 0;
  yield* speak(delta, { ...place, item: item ?? 0, part }, state);
}

/** Items are kept in their order, whatever the order in which they end: OpenRouter ends a reasoning after the answer to it. */
function* sayHeld(state: ResponsesDecodeState): Generator<ModelEvent, void, void> {
  const { held, open } = state;
  for (const [index, item] of [...held].toSorted(([left], [right]) => left - right)) {
    if ([...open].some((other) => other < index)) return;
    held.delete(index);
    yield* sayItem(item, index, state);
  }
}

function* finishAnswer(
  response: ResponsesObject,
  state: ResponsesDecodeState,
): Generator<ModelEvent, void, void> {
  if (response.usage) yield { type: 'usage', usage: toUsage(response.usage) };
  throwIfFailed(response, state.service);
  state.open.clear();
  yield* sayHeld(state);
  // A whole response, or a service that streams text only: the items stand at the end.
  if (state.items === 0)
    for (const [index, item] of (response.output ?? []).entries())
      yield* sayItem(item, index, state);
  yield* endBlocks(state.blocks);
  const { status, incomplete_details: details, usage } = response;
  const reason = status === 'incomplete' ? toCutReason(details?.reason) : toFinishReason(state);
  yield { type: 'finish', reason, usage: toUsage(usage) };
}

const failures: ReadonlySet<string> = new Set(['failed', 'cancelled']);
const unfinished: ReadonlySet<string> = new Set(['in_progress', 'queued']);

function throwIfFailed({ status, error }: ResponsesObject, service: string): void {
  const failed = failures.has(status ?? '');
  if (failed || (error ?? undefined) !== undefined) {
    const stated = error ?? { code: 'server_error', message: `The response was ${status}.` };
    throw classifyFailure({ service, body: JSON.stringify({ error: stated }) });
  }
  if (unfinished.has(status ?? '')) throw endedEarly(service);
}

function toCutReason(reason: string | null | undefined): FinishReason {
  return reason === 'content_filter' ? 'filtered' : 'length';
}

function toFinishReason({ refused, callIds, knownCallIds }: ResponsesDecodeState): FinishReason {
  if (refused) return 'filtered';
  return callIds.size > knownCallIds.size ? 'tool-calls' : 'stop';
}
