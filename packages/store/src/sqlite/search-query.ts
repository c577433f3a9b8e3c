import { toSearchText } from './search-text.ts';

/** One thing that a person looks for. */
export interface SearchTerm {
  readonly text: string;
  /** A word may go on behind it. */
  readonly isBeginning: boolean;
  /** It must not occur. */
  readonly isExcluded: boolean;
}

const mostChars = 512;
const mostTerms = 24;

/**
 * What a person typed: words, "exact phrases", begin*, -without. Whatever else it holds is taken for words. The last word may be a
 * beginning, as it is when somebody still types.
 */
export function parseSearch(query: string): readonly SearchTerm[] {
  const found = [...query.slice(0, mostChars).matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/gu)];
  const terms = found.map(([, minus, phrase, word = '']) => ({
    text: (phrase ?? word).trim(),
    isBeginning: phrase === undefined && word.endsWith('*'),
    isExcluded: minus === '-',
  }));
  const meant = terms.filter(({ text }) => /[\p{L}\p{N}]/u.test(text)).slice(0, mostTerms);
  const isTyped = found.at(-1)?.[2] === undefined;
  return meant.map((term, index) =>
    isTyped && index === meant.length - 1 && !term.isExcluded
      ? { ...term, isBeginning: true }
      : term,
  );
}

/** An FTS5 query that cannot fail, whatever was typed; undefined where it asks for nothing. Each of `places` must fit. */
export function toSearchQuery(query: string, places: readonly string[] = []): string | undefined {
  const terms = parseSearch(query);
  const wanted = terms.filter(({ isExcluded }) => !isExcluded).map(toPhrase);
  if (wanted.length === 0) return undefined;
  const excluded = terms.filter(({ isExcluded }) => isExcluded).map(toPhrase);
  const where = places.map((place) => `place : (${place}) AND `).join('');
  const words = `${where}words : (${wanted.join(' AND ')})`;
  return excluded.length === 0 ? words : `(${words}) NOT words : (${excluded.join(' OR ')})`;
}

function toPhrase({ text, isBeginning }: SearchTerm): string {
  const words = toSearchText(text).replaceAll('"', ' ').replaceAll('*', ' ').trim();
  // The index knows beginnings of two letters and more; every message has a word that begins with a given one.
  return `"${words}"${isBeginning && words.length > 1 ? ' *' : ''}`;
}
