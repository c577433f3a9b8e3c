import type { JSX } from 'preact';
import type { NoteTurn } from './turns.ts';

/** A command and what the gateway said to it. */
export function NoteTurnView({ turn }: { readonly turn: NoteTurn }): JSX.Element {
  return (
    <article class="turn note" aria-label="The gateway">
      <code>{turn.command}</code>
      <p dir="auto">{turn.text}</p>
    </article>
  );
}
