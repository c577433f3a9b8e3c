import { isSameAddress } from './link.ts';
import type { RichText, Span } from './rich-text.ts';

/** Writes the address of the links that `isSpelled` behind their words; these links are words then. */
export function spellLinks(rich: RichText, isSpelled: (url: string) => boolean): RichText {
  const added: { readonly at: number; readonly words: string }[] = [];
  const spans = rich.spans.filter(({ style, start, end }) => {
    if (style.kind !== 'link' || !isSpelled(style.url)) return true;
    if (!isSameAddress(rich.text.slice(start, end), style.url))
      added.push({ at: end, words: ` (${style.url})` });
    return false;
  });
  if (added.length === 0) return { ...rich, spans };
  let text = '';
  let from = 0;
  for (const { at, words } of added) {
    text += rich.text.slice(from, at) + words;
    from = at;
  }
  const move = (place: number): number =>
    added.reduce((moved, { at, words }) => (at < place ? moved + words.length : moved), place);
  const moveEnd = ({ style, end }: Span): number =>
    // Words keep their style, and an address behind them has none; a quotation holds it.
    style.kind === 'quote' ? move(end + 1) - 1 : move(end);
  return {
    text: text + rich.text.slice(from),
    spans: spans.map((span): Span => ({
      style: span.style,
      start: move(span.start),
      end: moveEnd(span),
    })),
    blocks: rich.blocks.map(move),
  };
}
