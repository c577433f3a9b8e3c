import type { ComponentChild, JSX } from 'preact';
import type { Token } from 'marked';
import { useRef } from 'preact/hooks';
import { renderBlock } from './blocks.tsx';
import { emptyDocument, growDocument } from './grow-document.ts';

/** The words of an agent. While `text` grows, blocks that can no longer change are neither read nor drawn again. */
export function Markdown({ text }: { readonly text: string }): JSX.Element {
  const known = useRef(emptyDocument);
  const drawn = useRef(new WeakMap<Token, ComponentChild>());
  known.current = growDocument(known.current, text);
  const { blocks } = known.current;
  return (
    <div class={blocks.length > manyBlocks ? 'markdown is-long' : 'markdown'}>
      {blocks.map(({ id, token }) => {
        // The same element again tells Preact that nothing in it changed.
        const before = drawn.current.get(token);
        if (before !== undefined) return before;
        const block = renderBlock(token, id);
        drawn.current.set(token, block);
        return block;
      })}
    </div>
  );
}

/** From here on, blocks out of sight are not laid out. */
const manyBlocks = 80;
