import { type MarkToken, type Surroundings, zeroWidth } from './mark-syntax.ts';
import type { Style } from './rich-text.ts';

// Slack and WhatsApp have no escape. A mark of theirs hugs its words: outside of it is the line's end, white space or
// punctuation, inside of it is no white space. A hair space inside makes a character of it; a zero width space outside
// makes a mark of what is beside a letter.
const hairSpace = '\u200A';

/** The mark of an inline style; undefined where the two have none. */
export function huggingMark({ kind }: Style): string | undefined {
  switch (kind) {
    case 'bold':
    case 'heading':
      return '*';
    case 'italic':
      return '_';
    case 'strike':
      return '~';
    case 'spoiler':
    case 'marker':
    case 'quote':
    case 'code':
    case 'block-code':
    case 'link':
      return undefined;
  }
}

/** Makes characters of what the platform would read as a pair of marks. */
export function protectWords(words: string, { line, marks }: Surroundings): string {
  let safe = words;
  for (const mark of '*_~')
    if (isPaired(mark, line, marks))
      safe = safe.replaceAll(mark, (_, at: number, all: string) => {
        const before = all.charAt(at - 1);
        const after = all.charAt(at + 1);
        const closes = !/\s/.test(before) && !isLetter(after);
        const opens = !/\s/.test(after) && !isLetter(before);
        return `${closes ? hairSpace : ''}${mark}${opens ? hairSpace : ''}`;
      });
  // Code needs no white space outside, so only another character helps.
  return isPaired('`', line, marks) ? safe.replaceAll('`', 'ˋ') : safe;
}

function isPaired(mark: string, line: string, marks: string): boolean {
  return marks.includes(mark) || line.indexOf(mark) !== line.lastIndexOf(mark);
}

function isLetter(character: string): boolean {
  return character !== '' && /[\p{L}\p{N}]/u.test(character);
}

/** What stands between two pieces so that each mark is one. */
export function separateMarks(left: MarkToken, right: MarkToken): string {
  const [before, after] = [left.text.slice(-1), right.text.charAt(0)];
  const isMark = left.kind !== 'words' || right.kind !== 'words';
  if (before === after && (isMark || before === '`') && /[*_~`]/.test(after)) return zeroWidth;
  const opens = right.kind === 'open' && left.kind !== 'open' && !isFree(before);
  const closes = left.kind === 'close' && right.kind !== 'close' && !isFree(after);
  return opens || closes ? zeroWidth : '';
}

function isFree(character: string): boolean {
  return /[\s!-)+-/:-@[-^{|}\u200B]/.test(character);
}
