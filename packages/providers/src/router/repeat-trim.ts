/** Takes out of a continuation what was shown before. */
export interface RepeatTrim {
  /** What may be shown of the next words; they are kept back while they may be a repetition. */
  push(words: string): string;
  /** The continuation is over: what was kept back and is none. */
  end(): string;
  /** The answer was begun anew and then went another way: nothing of it fits behind what was shown. */
  readonly isAnew: boolean;
}

/** A model that repeats goes back a few words or lines; further back it can only begin anew. */
const mostOverlap = 200;

/**
 * What a model says when it is asked to go on is one of three: the rest; the last words once more and then the rest; the whole
 * answer from its start. The words are compared with what was `shown`, exactly: other words for the same cannot be told from
 * new ones. Kept back is at most the overlap, or as much as repeats the answer from its start.
 */
export function createRepeatTrim(shown: string): RepeatTrim {
  const tail = shown.slice(-mostOverlap);
  let said = '';
  /** How much of `said` repeats the answer from its start; undefined once it does not. */
  let replayed: number | undefined = 0;
  let verdict: 'open' | 'goes-on' | 'anew' = shown === '' ? 'goes-on' : 'open';
  const decide = (): string => {
    const same = commonLength(said, shown);
    const overlap = overlapOf(said, shown, tail);
    if (same > overlap && same >= leastAnew(shown)) {
      verdict = 'anew';
      return '';
    }
    verdict = 'goes-on';
    return said.slice(overlap);
  };
  return {
    get isAnew() {
      return verdict === 'anew';
    },
    push(words) {
      if (verdict !== 'open') return verdict === 'anew' ? '' : words;
      if (replayed !== undefined) replayed = replay(shown, replayed, words);
      said += words;
      if (replayed === shown.length) {
        verdict = 'goes-on';
        return said.slice(shown.length);
      }
      if (replayed !== undefined || mayOverlap(said, tail)) return '';
      return decide();
    },
    end: () => (verdict === 'open' ? decide() : ''),
  };
}

/** Whether `words` go on repeating: how far then, or undefined. */
function replay(shown: string, from: number, words: string): number | undefined {
  const expected = shown.slice(from, from + words.length);
  return words.startsWith(expected) ? from + expected.length : undefined;
}

/** More words could make it a repetition of the end of what was shown. */
function mayOverlap(said: string, tail: string): boolean {
  for (let at = 0; at < tail.length - said.length; at += 1)
    if (tail.startsWith(said, at)) return true;
  return false;
}

function overlapOf(said: string, shown: string, tail: string): number {
  for (let length = Math.min(said.length, tail.length); length > 0; length -= 1)
    if (tail.endsWith(said.slice(0, length)) && isRepetition(shown, length)) return length;
  return 0;
}

const word = /[\p{L}\p{N}]/u;
/** Long enough to be no chance where words have no boundaries, as in Chinese. */
const surely = 8;

/**
 * "l" after "bal" is the rest of a word; "the" after "… the" is the word again. So what is repeated holds a letter or digit and
 * begins at a boundary of words, or is long; all that was shown, or as much as is compared, counts as it is.
 */
function isRepetition(shown: string, length: number): boolean {
  if (length === Math.min(mostOverlap, shown.length)) return true;
  const start = shown.length - length;
  if (!word.test(shown.slice(start))) return false;
  return (
    length >= surely || !(word.test(shown.charAt(start - 1)) && word.test(shown.charAt(start)))
  );
}

function commonLength(left: string, right: string): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left.charCodeAt(length) === right.charCodeAt(length)) length += 1;
  return length;
}

/** So many first characters of an answer do not come again by chance. */
function leastAnew(shown: string): number {
  return Math.min(64, Math.max(8, shown.length / 4));
}
