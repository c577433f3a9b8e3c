import type { Json5Style, Layout } from './print.ts';
import { endOfLine, skipTrivia } from './scanner.ts';
import type { Json5Node } from './tree.ts';

/** One replacement in a text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
export interface Source {
  readonly text: string;
  readonly style: Json5Style;
}

/** An object or a list as a row of entries between two brackets. */
export interface Container {
  readonly start: number;
  readonly end: number;
  readonly entries: readonly { start: number; end: number; value: Json5Node }[];
}

export function containerOf(node: Exclude<Json5Node, { kind: 'scalar' }>): Container {
  const { start, end } = node;
  const entries =
    node.kind === 'object'
      ? node.members.map((member) => ({
          start: member.start,
          end: member.value.end,
          value: member.value,
        }))
      : node.items.map((item) => ({ start: item.start, end: item.end, value: item }));
  return { start, end, entries };
}

/** Puts an entry behind the last one, in the way the container is laid out. */
export function insertEntry(
  source: Source,
  container: Container,
  print: (layout: Layout) => string,
): TextEdit {
  const { text, style } = source;
  const { start, end, entries } = container;
  const first = entries[0];
  const last = entries.at(-1);
  const close = end - 1;
  const base = indentOf(text, start);
  if (!first || !last) return fillEmpty(source, container, print);
  const comma = findComma(text, last.end);
  if (!text.slice(start, first.start).includes('\n')) {
    const at = comma === undefined ? last.end : comma + 1;
    const entry = print('inline');
    return { start: at, end: at, text: comma === undefined ? `, ${entry}` : ` ${entry},` };
  }
  const own = isFirstOnLine(text, first.start) ? indentOf(text, first.start) : base + style.indent;
  const at = endOfEntryLine(text, comma === undefined ? last.end : comma + 1, close);
  const kept = text.slice(last.end, at);
  const put = style.newline + own + print({ base: own });
  // The last line keeps its comma, or its lack of one.
  return comma === undefined
    ? { start: last.end, end: at, text: `,${kept}${put}` }
    : { start: last.end, end: at, text: `${kept}${put},` };
}

function fillEmpty(
  { text, style }: Source,
  { start, end }: Container,
  print: (layout: Layout) => string,
): TextEdit {
  const close = end - 1;
  const inner = text.slice(start + 1, close);
  const base = indentOf(text, start);
  const own = base + style.indent;
  if (inner.trim() === '' && !inner.includes('\n') && start > skipTrivia(text, 0)) {
    const isList = text[start] === '[';
    const entry = print('inline');
    return { start: start + 1, end: close, text: isList ? entry : ` ${entry} ` };
  }
  const at = start + 1 + inner.trimEnd().length;
  const comma = style.trailingComma ? ',' : '';
  const put = `${style.newline}${own}${print({ base: own })}${comma}${style.newline}${base}`;
  return { start: at, end: close, text: put };
}

/** Takes an entry away with its comma, its own line, and what is written behind it there. */
export function removeEntry({ text }: Source, container: Container, index: number): TextEdit {
  const entry = container.entries[index];
  if (!entry) return { start: container.start, end: container.start, text: '' };
  const comma = findComma(text, entry.end);
  const span = { start: entry.start, end: comma === undefined ? entry.end : comma + 1 };
  // Without a comma of its own the last entry takes the one before it along.
  const before = comma === undefined ? container.entries[index - 1] : undefined;
  const commaBefore = before && findComma(text, before.end);
  const { start, end } =
    wholeLine(text, span, container.end - 1) ?? withSpaces(text, span, { container, before });
  const [open, close] = [container.start + 1, container.end - 1];
  if (text.slice(open, start).trim() === '' && text.slice(end, close).trim() === '')
    return { start: open, end: close, text: '' };
  if (commaBefore === undefined || commaBefore >= start) return { start, end, text: '' };
  return { start: commaBefore, end, text: text.slice(commaBefore + 1, start) };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The lines of an entry that shares them with nothing but comments. */
function wholeLine(text: string, { start, end }: Span, close: number): Span | undefined {
  const lineEnd = endOfEntryLine(text, end, close);
  const lineBreak = /^\r?\n/.exec(text.slice(lineEnd, lineEnd + 2))?.[0];
  if (lineBreak === undefined || !isFirstOnLine(text, start)) return undefined;
  return { start: start - indentOf(text, start).length, end: lineEnd + lineBreak.length };
}

/** An entry among others on a line, with the spaces that set it off. */
function withSpaces(
  text: string,
  { start, end }: Span,
  { container, before }: { container: Container; before: Span | undefined },
): Span {
  const open = container.start + 1;
  const after = skipSpaces(text, end);
  if (container.entries.length === 1 && text.slice(open, start).trim() === '')
    return { start: open, end: after };
  return before && text.slice(before.end, start).replace(',', '').trim() === ''
    ? { start: before.end, end }
    : { start, end: before ? end : after };
}

/** The comma that follows an entry; undefined where the bracket follows. */
function findComma(text: string, from: number): number | undefined {
  const at = skipTrivia(text, from);
  return text[at] === ',' ? at : undefined;
}

/** Where the line of an entry ends: behind the comments on it, before the line break or the closing bracket. */
function endOfEntryLine(text: string, from: number, close: number): number {
  let at = from;
  while (at < close) {
    const blank = skipSpaces(text, at);
    if (text.startsWith('//', blank)) return endOfLine(text, blank);
    if (!text.startsWith('/*', blank)) return at;
    const end = text.indexOf('*/', blank) + 2;
    if (text.slice(blank, end).includes('\n')) return at;
    at = end;
  }
  return at;
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

function isFirstOnLine(text: string, offset: number): boolean {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
}

/** The white space that the line of an offset begins with. */
export function indentOf(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}
