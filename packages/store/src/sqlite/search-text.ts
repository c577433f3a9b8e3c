import type { InboundBody, Message } from '@cuttle/core-types';

/** Characters of one row that are searchable; the rest of a very long text is found by its beginning. */
const maxChars = 16_384;

// Scripts that write without spaces: each letter is a word of its own, and a query finds them as a phrase.
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** The words of a text as the full-text index takes them. */
export function toSearchText(text: string): string {
  return text.slice(0, maxChars).replace(unspaced, ' $& ');
}

/** How many passages of the index hold a word. */
export interface WordCounts {
  ofWord(word: string): number;
  /** Infinity where so many words begin so that it says nothing. */
  ofBeginning(beginning: string): number;
}

/**
 * A question → an FTS5 query whose hits BM25 ranks: any of its words may occur. A long word is looked for by its beginning too,
 * so that inflected forms are found; scripts without spaces by pairs of letters. Of words that very many passages hold, the rarest are
 * looked for, which are those that tell passages apart. `places` are tokens, of which one must fit.
 */
export function toRankQuery(
  query: string,
  places: readonly string[],
  counts: WordCounts,
): string | undefined {
  const found =
    query
      .slice(0, 512)
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  // A single letter of a script with spaces says nothing, unless it is all there is.
  const words = found.filter((word) => word.length > 1 || word.search(unspaced) >= 0);
  const asked = [...new Set(words.length > 0 ? words : found)].slice(0, mostTerms);
  const terms = rarest(asked.flatMap((word) => toTerms(word, counts)));
  if (terms.length === 0 || places.length === 0) return undefined;
  const where = places.map((place) => `"${place}"`).join(' OR ');
  return `place : (${where}) AND words : (${[...new Set(terms)].join(' OR ')})`;
}

const mostTerms = 32;
/** A beginning this long says enough of a word. */
const stemChars = 5;
/** Letters at the end of a word that may be others; fewer where too many words begin like it. */
const endings = [3, 2, 1];
/** Passages that a search ranks: more of them take longer than one may wait for a tool. */
export const mostRanked = 4_000;

interface Term {
  readonly phrase: string;
  readonly count: number;
}

function rarest(terms: readonly Term[]): readonly string[] {
  let sum = 0;
  return terms
    .toSorted((one, other) => one.count - other.count)
    .filter(({ count }, at) => {
      sum += count;
      return at === 0 || sum <= mostRanked;
    })
    .map(({ phrase }) => phrase);
}

function toTerms(word: string, counts: WordCounts): readonly Term[] {
  const letters = Array.from(word);
  if (word.search(unspaced) >= 0) return toPairs(letters, counts);
  const exact = { phrase: `"${word}"`, count: counts.ofWord(word) };
  for (const ending of letters.length > stemChars ? endings : []) {
    const stem = letters.slice(0, Math.max(stemChars, letters.length - ending)).join('');
    const count = counts.ofBeginning(stem);
    if (count < Infinity) return [exact, { phrase: `"${stem}" *`, count }];
  }
  return [exact];
}

function toPairs(letters: readonly string[], counts: WordCounts): readonly Term[] {
  const [first = ''] = letters;
  if (letters.length === 1) return [{ phrase: `"${first}"`, count: counts.ofWord(first) }];
  return letters.slice(1).map((letter, at) => {
    const before = letters[at] ?? '';
    return {
      phrase: `"${toSearchText(`${before}${letter}`).trim()}"`,
      count: Math.min(counts.ofWord(before), counts.ofWord(letter)),
    };
  });
}

/** One token that stands for a reader of an agent's memory. */
export function toReaderToken(agentId: string, reader: string): string {
  return toPlace(`${agentId}\n${reader}`);
}

/** One token that stands for any name. */
export function toPlace(name: string): string {
  return `n${Buffer.from(name).toString('hex')}`;
}

/** The words a person reads in a message. */
export function wordsOf(message: Message): string {
  const words: string[] = [];
  for (const part of message.parts) {
    if (part.type === 'text') words.push(part.text);
    if (part.type === 'tool-result')
      for (const piece of part.content) if (piece.type === 'text') words.push(piece.text);
  }
  return words.join('\n');
}

/**
 * What an inbound says, as messages of the transcript: `messagesOf` of core-types, whose index is too heavy for a
 * worker thread. A test holds the two together.
 */
export function toMessages({ parts, messages, senderName }: InboundBody): readonly Message[] {
  if (messages) return messages;
  return [{ role: 'user', parts, ...(senderName !== undefined && { name: senderName }) }];
}
