import { type RichText, sliceRichText } from './rich-text.ts';

export interface SplitLimits {
  /** UTF-16 units of one part. */
  readonly maxLength: number;
  /** Quotations, links and code of one part; platforms drop what is beyond. */
  readonly maxSpans: number;
}

/**
 * Cuts a text into parts within the limits: between blocks, else at a line, else behind a sentence, else at a space, else
 * between two characters as people see them. Styles that are cut are closed and opened again. No word is lost.
 */
export function splitRichText(rich: RichText, limits: SplitLimits): RichText[] {
  const parts: RichText[] = [];
  let from = 0;
  while (from < rich.text.length) {
    const to = findCut(rich, from, limits);
    const part = sliceRichText(rich, from, to);
    if (isVisible(part.text)) parts.push(part);
    from = to;
  }
  return parts;
}

/** Whether a person would see anything: platforms refuse a message without. */
export function isVisible(text: string): boolean {
  return [...text.matchAll(/\S/gu)].some(([character]) => !blank.test(character));
}

/** Format characters and letters that are drawn as nothing. */
const blank = /^(?:\p{C}|\u034F|\u115F|\u1160|\u17B4|\u17B5|\u2800|\u3164|\uFFA0)$/u;

function findCut(rich: RichText, from: number, { maxLength, maxSpans }: SplitLimits): number {
  const most = Math.min(from + maxLength, endOfSpans(rich, from, maxSpans));
  if (most >= rich.text.length) return rich.text.length;
  const window: Window = { rich, from, most };
  // First what leaves a part at least half full, then anything that is not a scrap.
  for (const share of [0.5, 0.1])
    for (const find of finders) {
      const cut = find(window);
      if (cut !== undefined && cut - from >= (most - from) * share) return cut;
    }
  return graphemeBefore(window);
}

interface Window {
  readonly rich: RichText;
  readonly from: number;
  readonly most: number;
}

type Finder = (window: Window) => number | undefined;

const finders: readonly Finder[] = [
  ({ rich, from, most }) => rich.blocks.findLast((at) => at > from && at <= most),
  (window) => lastMatch(window, /\n(?=.)/g),
  (window) => lastMatch(window, /[.!?…][)\]"'»”’]*\s|[。!?]/g),
  (window) => lastMatch(window, /\s/g),
];

/** The place behind the last match in the window. */
function lastMatch({ rich, from, most }: Window, pattern: RegExp): number | undefined {
  let last: number | undefined;
  // One character more than fits, so that a break right at the edge counts.
  for (const match of rich.text.slice(from, most + 1).matchAll(pattern)) {
    const cut = from + match.index + match[0].length;
    if (cut <= most + 1 && cut > from)
      last = Math.min(cut, most + (cut > most && /\s$/.test(match[0]) ? 1 : 0));
  }
  return last;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function graphemeBefore({ rich, from, most }: Window): number {
  const begin = Math.max(from, most - 64);
  const segment = graphemes.segment(rich.text.slice(begin, most + 64)).containing(most - begin);
  const cut = begin + (segment?.index ?? most - begin);
  if (cut > from && cut > begin) return cut;
  // One character longer than any person writes: only its code points are kept whole.
  const code = rich.text.charCodeAt(most);
  return code >= 0xdc_00 && code <= 0xdf_ff && most - 1 > from ? most - 1 : most;
}

function endOfSpans(rich: RichText, from: number, maxSpans: number): number {
  let count = 0;
  for (const { style, start, end } of rich.spans) {
    if (end <= from || style.kind === 'bold' || style.kind === 'italic' || style.kind === 'strike')
      continue;
    count += 1;
    if (count > maxSpans && start > from) return start;
  }
  return Number.POSITIVE_INFINITY;
}
