import { writeLine } from './mark-line.ts';
import type { MarkSyntax } from './mark-syntax.ts';
import type { RichText, Span } from './rich-text.ts';

/** Writes a text in a platform's marks, line by line; code stands in fences at the left edge, outside of quotations. */
export function writeMarks(rich: RichText, syntax: MarkSyntax): string {
  let body = '';
  let at = 0;
  for (const { style, start, end } of rich.spans) {
    if (style.kind !== 'block-code') continue;
    body += writeLines(rich, { from: at, to: start }, syntax);
    const code = rich.text.slice(start, end);
    const newline = body === '' || body.endsWith('\n') ? '' : '\n';
    // A fence around nothing would be read as words.
    body += code.trim() === '' ? code : `${newline}${syntax.fence(code, style.language)}`;
    at = end;
  }
  return body + writeLines(rich, { from: at, to: rich.text.length }, syntax);
}

function writeLines(
  rich: RichText,
  { from, to }: { readonly from: number; readonly to: number },
  syntax: MarkSyntax,
): string {
  const spans = rich.spans.filter(({ start, end }) => start < to && end > from);
  const lines: string[] = [];
  const piece = rich.text.slice(from, to);
  const first = to - piece.trimStart().length;
  const last = from + piece.trimEnd().length;
  for (let start = from; start <= to;) {
    const found = rich.text.indexOf('\n', start);
    const end = found < 0 || found > to ? to : found;
    const written = writeLine({ text: rich.text, start, end, spans }, syntax);
    // Empty lines beside a fence are no lines of a quotation.
    const isInside = start < end || (first < start && start < last);
    lines.push(isInside && isQuoted(spans, start, end) ? `> ${written}` : written);
    start = end + 1;
  }
  return lines.join('\n');
}

/** An empty line within a quotation belongs to it. */
function isQuoted(spans: readonly Span[], from: number, to: number): boolean {
  return spans.some(
    ({ style, start, end }) => style.kind === 'quote' && start <= from && end > from && end >= to,
  );
}
