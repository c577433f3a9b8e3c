export interface MarkedText {
  readonly text: string;
  readonly marked: boolean;
}

/** Cuts a text at the words and "phrases" of a search, whatever their case; what must not occur is left out. Joined, the pieces are the text. */
export function markWords(text: string, query: string): readonly MarkedText[] {
  const words = [...query.matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/g)]
    .filter(([, minus]) => minus !== '-')
    .map(([, , phrase, word = '']) => (phrase ?? word.replace(/\*$/, '')).trim())
    .filter((word) => word !== '')
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ text, marked: false }];
  return text
    .split(new RegExp(`(${words.join('|')})`, 'i'))
    .map((piece, index) => ({ text: piece, marked: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
