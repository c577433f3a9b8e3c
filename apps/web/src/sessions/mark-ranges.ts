import type { MarkedText } from './mark-words.ts';

/** Cuts a text at ranges of UTF-16 units, in order; what makes no sense of them is not marked. Joined, the pieces are the text. */
export function markRanges(
  text: string,
  ranges: readonly (readonly [start: number, end: number])[],
): readonly MarkedText[] {
  const pieces: MarkedText[] = [];
  let from = 0;
  for (const [start, end] of ranges) {
    if (start < from || end <= start || end > text.length) continue;
    pieces.push({ text: text.slice(from, start), marked: false });
    pieces.push({ text: text.slice(start, end), marked: true });
    from = end;
  }
  pieces.push({ text: text.slice(from), marked: false });
  return pieces.filter((piece) => piece.text !== '');
}
