import { type RichText, sliceRichText, type Span, type TextPart } from './rich-text.ts';

export interface SplitLimits {
  /** The most one part may hold, in the units of `measure`. */
  readonly maxLength: number;
  /** Quotations, links and code of one part; platforms drop what is beyond. */
  readonly maxSpans: number;
  /** How the platform counts a part; the UTF-16 units of its words without it. */
  readonly measure?: (part: RichText) => number;
}

/**
 * Cuts a text into parts within the limits: between blocks, else at a line, else behind a sentence, else at a space, else
 * between two characters as people see them; not inside a link or a few styled words unless they alone are too long.
 * Styles that are cut are closed and opened again, the header of a table is repeated. No word is lost: between two parts
 * there is only white space, or what nobody sees.
 */
export function splitRichText(rich: RichText, limits: SplitLimits): TextPart[] {
  const parts: TextPart[] = [];
  const kept = rich.spans.filter(isKeptWhole);
  let from = 0;
  while (from < rich.text.length) {
    const { part, to } = cutPart({ rich, kept, from }, limits);
    if (isVisible(part.text.slice(part.repeated))) parts.push(part);
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

const inline: ReadonlySet<string> = new Set(['bold', 'italic', 'strike', 'spoiler', 'code']);

/** Longer than a few words, a style is cut like text. */
const maxKept = 120;

function isKeptWhole({ style, start, end }: Span): boolean {
  return style.kind === 'link' || (inline.has(style.kind) && end - start <= maxKept);
}

interface Rest {
  readonly rich: RichText;
  /** What is not cut, in order. */
  readonly kept: readonly Span[];
  readonly from: number;
}

/** The next part. What its marks and a repeated header add is known only when it is written, so a part may be cut again, shorter. */
function cutPart(rest: Rest, limits: SplitLimits): { part: TextPart; to: number } {
  const { rich, from } = rest;
  const { maxLength, maxSpans, measure = ({ text }) => text.length } = limits;
  const last = Math.min(rich.text.length, endOfSpans(rich, from, maxSpans));
  for (let most = Math.min(from + maxLength, last); ;) {
    const to = most >= rich.text.length ? rich.text.length : findCut(rest, most);
    const part = sliceRichText(rich, from, to);
    const size = measure(part);
    if (size <= maxLength || to - from <= 1) return { part, to };
    most =
      from + Math.max(1, Math.min(to - from - 1, Math.floor(((to - from) * maxLength) / size)));
  }
}

function findCut({ rich, kept, from }: Rest, most: number): number {
  const window: Window = {
    rich,
    from,
    most,
    kept: kept.filter(({ start, end }) => start > from && start < most && end > from),
  };
  // First what leaves a part at least half full, then anything that is not a scrap.
  for (const share of [0.5, 0.1])
    for (const find of finders) {
      const cut = find(window);
      if (cut !== undefined && cut - from >= (most - from) * share) return cut;
    }
  return beforeKept(window, graphemeBefore(window));
}

interface Window {
  readonly rich: RichText;
  readonly from: number;
  readonly most: number;
  /** What begins in this window and is not cut. */
  readonly kept: readonly Span[];
}

type Finder = (window: Window) => number | undefined;

const finders: readonly Finder[] = [
  ({ rich, from, most }) => rich.blocks.findLast((at) => at > from && at <= most),
  (window) => lastMatch(window, /\n(?=.)/g),
  (window) => lastMatch(window, /[.!?\u2026][)\]"'\u00bb\u201d\u2019]*\s|[\u3002\uff01\uff1f]/g),
  (window) => lastMatch(window, /\s/g),
];

/** The place behind the last match in the window. */
function lastMatch(window: Window, pattern: RegExp): number | undefined {
  const { rich, from, most } = window;
  let last: number | undefined;
  // One character more than fits, so that a break right at the edge counts.
  for (const match of rich.text.slice(from, most + 1).matchAll(pattern)) {
    const end = from + match.index + match[0].length;
    const cut = Math.min(end, most + (end > most && /\s$/.test(match[0]) ? 1 : 0));
    if (cut > from && beforeKept(window, cut) === cut) last = cut;
  }
  return last;
}

/** The cut itself, or the beginning of what it would cut in two. */
function beforeKept({ kept }: Window, cut: number): number {
  return kept.find(({ start, end }) => start < cut && cut < end)?.start ?? cut;
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

const uncounted: ReadonlySet<string> = new Set([
  'bold',
  'italic',
  'strike',
  'spoiler',
  'heading',
  'marker',
]);

function endOfSpans(rich: RichText, from: number, maxSpans: number): number {
  let count = 0;
  for (const { style, start, end } of rich.spans) {
    if (end <= from || uncounted.has(style.kind)) continue;
    count += 1;
    if (count > maxSpans && start > from) return start;
  }
  return Number.POSITIVE_INFINITY;
}
