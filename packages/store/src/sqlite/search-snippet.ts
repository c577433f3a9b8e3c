import { parseSearch } from './search-query.ts';

const snippetChars = 160;

/** A piece of a text and where in it the words are that were looked for, in UTF-16 units. */
export interface Snippet {
  readonly text: string;
  readonly marks: readonly (readonly [start: number, end: number])[];
}

/** The piece of a text that begins a little before the first word of a query. */
export function toSnippet(text: string, query: string): Snippet {
  const flat = text.replace(/\s+/gu, ' ').trim();
  const folded = fold(flat);
  const words = parseSearch(query)
    .filter(({ isExcluded }) => !isExcluded)
    .map(({ text: word }) => fold(word.replaceAll('*', '').replace(/\s+/gu, ' ').trim()));
  const places = words.map((word) => findWord(folded, word)).filter((at) => at >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const start = Math.max(0, first - snippetChars / 4);
  const end = Math.min(flat.length, start + snippetChars);
  const before = start > 0 ? '…' : '';
  const after = end < flat.length ? '…' : '';
  const marks = findMarks(folded.slice(start, end), words);
  return {
    text: `${before}${flat.slice(start, end)}${after}`,
    marks: marks.map(([from, to]) => [from + before.length, to + before.length] as const),
  };
}

/** As the index compares: without case and accents; each unit stays one, so that places stay. */
function fold(text: string): string {
  return text.replace(/\P{ASCII}/gu, foldLetter).toLowerCase();
}

function foldLetter(letter: string): string {
  const plain = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.length === letter.length ? plain : letter;
}

/** Where a word begins; -1 where it does not occur. */
function findWord(text: string, word: string): number {
  if (word === '') return -1;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ') || isUnspaced(word)) return at;
  return -1;
}

function isUnspaced(word: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word);
}

/** Apart, in order. */
function findMarks(text: string, words: readonly string[]): readonly [number, number][] {
  const marks: [number, number][] = [];
  for (const word of words)
    for (let from = 0; from < text.length;) {
      const at = findWord(text.slice(from), word);
      if (at < 0) break;
      marks.push([from + at, from + at + word.length]);
      from += at + word.length;
    }
  const ordered = marks.toSorted(([left], [right]) => left - right);
  return ordered.filter(([start], index) => start >= (ordered[index - 1]?.[1] ?? 0));
}
