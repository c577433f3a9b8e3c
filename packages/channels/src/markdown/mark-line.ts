import type { MarkSyntax, MarkToken, Surroundings } from './mark-syntax.ts';
import type { Span, Style } from './rich-text.ts';

interface Line {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** In order; an outer one before those in it. */
  readonly spans: readonly Span[];
}

/** Writes the styles and words of one line in the platform's marks. */
export function writeLine(line: Line, syntax: MarkSyntax): string {
  const spans = line.spans.flatMap((span) => clip(line, span));
  const heading = headingOf(line, spans, syntax);
  const atoms = atomsOf(line, spans, syntax);
  const styled = spans
    .filter(({ style }) => heading === '' || style.kind !== 'heading')
    .flatMap((span) => splitAround(line, span, atoms))
    .filter(isNotDoubled);
  return heading + joinTokens(toTokens({ line, atoms, styled, syntax }), syntax);
}

/** The span's part of the line, without white space at its ends: beside a space a mark is a character. */
function clip({ text, ...line }: Line, { style, start, end }: Span): Span[] {
  let first = Math.max(start, line.start);
  let last = Math.min(end, line.end);
  while (first < last && /\s/.test(text.charAt(first))) first += 1;
  while (last > first && /\s/.test(text.charAt(last - 1))) last -= 1;
  return first < last ? [{ style, start: first, end: last }] : [];
}

/** A line that is a heading as a whole, where the platform has headings. */
function headingOf({ start }: Line, spans: readonly Span[], syntax: MarkSyntax): string {
  const found = spans.find((span) => span.style.kind === 'heading' && span.start === start);
  return found?.style.kind === 'heading' ? (syntax.heading?.(found.style.level) ?? '') : '';
}

/** What is written in one piece: a link, code, an address, the marker of an item. */
interface Atom {
  readonly start: number;
  readonly end: number;
  readonly written: string;
  /** Holds characters that end a style around it. */
  readonly isDelicate: boolean;
}

const delicate = /[*_~|\\]/;

function atomsOf(line: Line, spans: readonly Span[], syntax: MarkSyntax): Atom[] {
  const words = line.text.slice(line.start, line.end);
  const atoms: Atom[] = [];
  const isFree = (start: number, end: number): boolean =>
    atoms.every((atom) => end <= atom.start || atom.end <= start);
  const isCut = (start: number, end: number): boolean =>
    spans.some((s) => (start < s.start && s.start < end) || (start < s.end && s.end < end));
  for (const span of spans) {
    const { style, start, end } = span;
    const written = isFree(start, end) ? writeAtom(line, span, syntax) : undefined;
    if (written === undefined) continue;
    const raw = style.kind === 'link' ? style.url : written;
    atoms.push({ start, end, written, isDelicate: style.kind !== 'marker' && delicate.test(raw) });
  }
  for (const match of words.includes('://') ? words.matchAll(address) : []) {
    const start = line.start + match.index;
    const end = start + match[0].length;
    const written = syntax.address(match[0]);
    if (isFree(start, end) && !isCut(start, end))
      atoms.push({ start, end, written, isDelicate: delicate.test(written) });
  }
  return atoms;
}

/** With the bracket before it, where it stands in brackets. */
const address = /\(?https?:\/\/[^\s<>]+/gi;

function writeAtom(
  line: Line,
  { style, start, end }: Span,
  syntax: MarkSyntax,
): string | undefined {
  const words = line.text.slice(start, end);
  if (style.kind === 'link') return syntax.link?.(words, style.url);
  if (style.kind === 'code') return syntax.code(words);
  if (style.kind !== 'marker') return undefined;
  const opensLine = line.text.slice(line.start, start).trim() === '';
  return opensLine ? (syntax.marker?.(words) ?? words) : words;
}

/** A style ends before a piece that would end it and begins again behind; within a piece there is none. */
function splitAround(line: Line, span: Span, atoms: readonly Atom[]): Span[] {
  if (atoms.some(({ start, end }) => start <= span.start && span.end <= end))
    return atoms.some(
      ({ start, end, isDelicate }) => !isDelicate && start === span.start && span.end === end,
    )
      ? [span]
      : [];
  const pieces: Span[] = [];
  let from = span.start;
  const inside = atoms
    .filter(({ start, end, isDelicate }) => isDelicate && start < span.end && span.start < end)
    .toSorted((a, b) => a.start - b.start);
  for (const { start, end } of inside) {
    pieces.push({ ...span, start: from, end: Math.max(from, start) });
    from = end;
  }
  pieces.push({ ...span, start: from, end: Math.max(from, span.end) });
  return pieces.flatMap((piece) => clip(line, piece));
}

const looks: Readonly<Partial<Record<Style['kind'], string>>> = { heading: 'bold' };

/** Of two that look the same the outer one counts. */
function isNotDoubled(span: Span, index: number, all: readonly Span[]): boolean {
  const look = looks[span.style.kind] ?? span.style.kind;
  return !all
    .slice(0, index)
    .some(
      ({ style, start, end }) =>
        (looks[style.kind] ?? style.kind) === look && start <= span.start && span.end <= end,
    );
}

interface Pieces {
  readonly line: Line;
  readonly atoms: readonly Atom[];
  readonly styled: readonly Span[];
  readonly syntax: MarkSyntax;
}

function toTokens({ line, atoms, styled, syntax }: Pieces): MarkToken[] {
  const { text } = line;
  const marked = styled.flatMap(({ style, start, end }) => {
    const mark = syntax.mark(style, end < line.end ? text.charAt(end) : '');
    return mark === undefined ? [] : [{ start, end, mark }];
  });
  const marks = [...marked.map(({ mark }) => mark), ...atoms.map(({ written }) => written)].join(
    '',
  );
  const tokens: MarkToken[] = [];
  const open: { readonly end: number; readonly mark: string }[] = [];
  const stops = [
    ...new Set([line.start, line.end, ...[...atoms, ...marked].flatMap((s) => [s.start, s.end])]),
  ].toSorted((a, b) => a - b);
  stops.forEach((at, index) => {
    while (open.at(-1)?.end === at) tokens.push({ kind: 'close', text: open.pop()?.mark ?? '' });
    for (const one of marked
      .filter(({ start }) => start === at)
      .toSorted((a, b) => b.end - a.end)) {
      tokens.push({ kind: 'open', text: one.mark });
      open.push(one);
    }
    const next = stops[index + 1];
    if (next === undefined) return;
    const atom = atoms.find(({ start, end }) => start <= at && next <= end);
    if (atom === undefined)
      tokens.push({
        kind: 'words',
        text: syntax.escape(text.slice(at, next), around(line, at, marks)),
      });
    else if (atom.start === at) tokens.push({ kind: 'words', text: atom.written });
  });
  return tokens;
}

function around(line: Line, from: number, marks: string): Surroundings {
  return {
    opensLine: /^(?:\s|[\u2022\u2611\u2610]|\d+\.)*$/.test(line.text.slice(line.start, from)),
    line: line.text.slice(line.start, line.end),
    marks,
  };
}

function joinTokens(tokens: readonly MarkToken[], syntax: MarkSyntax): string {
  let written = '';
  let last: MarkToken | undefined;
  for (const token of tokens) {
    if (token.text === '') continue;
    if (last !== undefined) written += syntax.between(last, token);
    written += token.text;
    last = token;
  }
  return written;
}
