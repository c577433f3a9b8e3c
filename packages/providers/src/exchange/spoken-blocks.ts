import type { ModelEvent } from '@cuttle/core-types/ports';

/** The blocks of an answer whose service says text and thinking, but not where a block begins and ends. */
export interface SpokenBlocks {
  count: number;
  open: { readonly kind: 'text' | 'thinking'; readonly blockId: string } | undefined;
}

export function createSpokenBlocks(): SpokenBlocks {
  return { count: 0, open: undefined };
}

/** A block lasts until something of another kind is said. */
export function* say(
  blocks: SpokenBlocks,
  kind: 'text' | 'thinking',
  text: string | null | undefined,
): Generator<ModelEvent, void, void> {
  if (!text) return;
  if (blocks.open?.kind !== kind) {
    yield* endBlocks(blocks);
    blocks.open = { kind, blockId: String(blocks.count) };
    blocks.count += 1;
  }
  yield { type: `${kind}.delta`, blockId: blocks.open.blockId, text };
}

export function* endBlocks(blocks: SpokenBlocks): Generator<ModelEvent, void, void> {
  const { open } = blocks;
  blocks.open = undefined;
  if (open?.kind === 'thinking') yield { type: 'thinking.end', blockId: open.blockId };
}
