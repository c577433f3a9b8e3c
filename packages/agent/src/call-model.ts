import {
  type AssistantMessage,
  type AssistantPart,
  callsOf,
  type Origin,
  type RunEvent,
  type RunEventOf,
  type ThinkingPart,
} from '@cuttle/core-types';
import { CuttleError } from '@cuttle/core-types/errors';
import type { ModelEvent, ModelProvider, ModelRequest } from '@cuttle/core-types/ports';
import { filteredText } from './filtered-text.ts';

type Block = { readonly type: 'text' | 'thinking'; readonly blockId: string };

interface Draft {
  readonly step: number;
  /** Who said it; the last of them, where several did. */
  origin: Origin;
  readonly parts: AssistantPart[];
  /** Our block id of each of the provider's, and which part it is. */
  readonly blocks: Map<string, { readonly blockId: string; readonly part: number }>;
  open: Block | undefined;
}

/** Streams one model call as run events; the last is `step.end` with the whole answer. Throws `provider.*` or the abort reason. */
export async function* callModel(
  { provider, request, step }: { provider: ModelProvider; request: ModelRequest; step: number },
  signal: AbortSignal,
): AsyncGenerator<RunEvent, void, void> {
  const origin: Origin = { dialect: provider.dialect, provider: provider.id, model: request.model };
  const draft: Draft = { step, origin, parts: [], blocks: new Map(), open: undefined };
  for await (const event of provider.stream(request, signal)) {
    if (event.type === 'finish') {
      yield* explainFilter(event, draft);
      yield* closeBlock(draft);
      yield stepEnd(event, draft);
      return;
    }
    yield* addEvent(event, draft);
  }
  throw new CuttleError('provider.invalid', 'The answer stopped without an end.');
}

/** Said as the answer, so that every door, the page and the history show the same. */
function* explainFilter(
  { reason }: Extract<ModelEvent, { type: 'finish' }>,
  draft: Draft,
): Generator<RunEvent> {
  const text = reason === 'filtered' ? filteredText(draft.parts) : undefined;
  if (text !== undefined)
    yield* addDelta({ type: 'text.delta', blockId: 'filtered notice', text }, draft);
}

function* addEvent(
  event: Exclude<ModelEvent, { type: 'finish' }>,
  draft: Draft,
): Generator<RunEvent> {
  switch (event.type) {
    case 'text.delta':
    case 'thinking.delta':
      yield* addDelta(event, draft);
      return;
    case 'thinking.end':
      sealThinking(event, draft);
      return;
    case 'tool.call': {
      yield* closeBlock(draft);
      const { callId, name, input, opaque } = event;
      draft.parts.push({
        type: 'tool-call',
        callId,
        name,
        input,
        ...(opaque !== undefined && { opaque }),
      });
      return;
    }
    case 'opaque':
      yield* closeBlock(draft);
      draft.parts.push(event.part);
      return;
    case 'route':
      if (draft.open?.type === 'thinking') yield* closeBlock(draft);
      draft.origin = event.origin;
      forgetForeign(draft);
      return;
    case 'call.start':
    case 'call.cut':
    case 'usage':
      return;
  }
}

const nowhere = -1;

/** Of what another model has said, the text stays: its thinking and its opaque parts would go back to the wrong one. */
function forgetForeign({ parts, blocks }: Draft): void {
  const kept = parts.map((part) => part.type === 'text');
  for (const [key, { blockId, part }] of blocks) {
    const place = kept[part] ? kept.slice(0, part).filter(Boolean).length : nowhere;
    blocks.set(key, { blockId, part: place });
  }
  parts.splice(0, parts.length, ...parts.filter((_part, at) => kept[at]));
}

function* addDelta(
  event: Extract<ModelEvent, { type: 'text.delta' | 'thinking.delta' }>,
  draft: Draft,
): Generator<RunEvent> {
  const type = event.type === 'text.delta' ? 'text' : 'thinking';
  const key = `${type}:${event.blockId}`;
  let block = draft.blocks.get(key);
  if (!block) {
    yield* closeBlock(draft);
    block = { blockId: `${draft.step}.${draft.blocks.size}`, part: draft.parts.length };
    draft.blocks.set(key, block);
    draft.parts.push({ type, text: '' });
    draft.open = { type, blockId: block.blockId };
    yield { type: `${type}.start`, blockId: block.blockId };
  }
  const part = draft.parts[block.part];
  if (part?.type === type) draft.parts[block.part] = { ...part, text: part.text + event.text };
  if (event.text !== '') yield { type: event.type, blockId: block.blockId, text: event.text };
}

function* closeBlock(draft: Draft): Generator<RunEvent> {
  if (!draft.open) return;
  const { type, blockId } = draft.open;
  draft.open = undefined;
  yield { type: `${type}.end`, blockId };
}

function sealThinking(event: Extract<ModelEvent, { type: 'thinking.end' }>, draft: Draft): void {
  const seal = {
    ...(event.signature !== undefined && { signature: event.signature }),
    ...(event.redacted !== undefined && { redacted: event.redacted }),
  };
  const block = draft.blocks.get(`thinking:${event.blockId}`);
  const part = block && draft.parts[block.part];
  if (block && part?.type === 'thinking') draft.parts[block.part] = { ...part, ...seal };
  else draft.parts.push({ type: 'thinking', text: '', ...seal } satisfies ThinkingPart);
}

function stepEnd(
  event: Extract<ModelEvent, { type: 'finish' }>,
  draft: Draft,
): RunEventOf<'step.end'> {
  const { origin } = draft;
  const parts = draft.parts.filter((part) => part.type !== 'text' || part.text !== '');
  const message: AssistantMessage = { role: 'assistant', parts, origin };
  // A service that says "tool calls" and sends none has ended its answer.
  const finish =
    event.reason === 'tool-calls' && callsOf(message).length === 0 ? 'stop' : event.reason;
  return {
    type: 'step.end',
    step: draft.step,
    message,
    finish,
    usage: event.usage,
    model: `${origin.provider}/${origin.model}`,
  };
}
