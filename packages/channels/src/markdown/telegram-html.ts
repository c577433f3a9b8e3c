import type { RichText, Span, Style } from './rich-text.ts';

/**
 * Telegram's HTML. Its parser accepts every result: tags are balanced, text and attributes escaped, and what it would
 * drop by itself (styles in code, code in links) is not written. https://core.telegram.org/bots/api#html-style
 */
export function toTelegramHtml({ text, spans }: RichText): string {
  const edges = [
    ...new Set([0, text.length, ...spans.flatMap(({ start, end }) => [start, end])]),
  ].toSorted((a, b) => a - b);
  const open: Span[] = [];
  let html = '';
  edges.forEach((edge, index) => {
    const wanted =
      index === edges.length - 1
        ? []
        : allowed(spans.filter((span) => span.start <= edge && span.end > edge));
    const kept = open.findIndex((span, depth) => span !== wanted[depth]);
    const common = kept < 0 ? open.length : kept;
    html += open
      .splice(common)
      .toReversed()
      .map(({ style }) => closing(style))
      .join('');
    for (const span of wanted.slice(common)) {
      html += opening(span.style);
      open.push(span);
    }
    html += escapeHtml(text.slice(edge, edges[index + 1] ?? edge));
  });
  return html;
}

/** Code holds nothing else, a link holds no code; of two that look the same the outer one counts. */
function allowed(active: readonly Span[]): Span[] {
  const block = active.find(({ style }) => style.kind === 'block-code');
  const link = active.find(({ style }) => style.kind === 'link');
  const code = link === undefined ? active.find(({ style }) => style.kind === 'code') : undefined;
  const inner = block ?? code;
  return active.filter((span, index) => {
    const { kind } = span.style;
    if (kind === 'quote') return true;
    if (kind === 'marker') return false;
    if (inner !== undefined) return span === inner;
    const tag = names[kind];
    return kind !== 'code' && active.findIndex(({ style }) => tagOf(style) === tag) === index;
  });
}

function tagOf({ kind }: Style): string | undefined {
  return kind === 'marker' ? undefined : names[kind];
}

const names = {
  bold: 'b',
  heading: 'b',
  italic: 'i',
  strike: 's',
  spoiler: 'tg-spoiler',
  quote: 'blockquote',
  code: 'code',
  link: 'a',
  'block-code': 'pre',
} as const;

function opening(style: Style): string {
  if (style.kind === 'link') return `<a href="${escapeHtml(style.url)}">`;
  if (style.kind === 'block-code' && style.language !== '')
    return `<pre><code class="language-${escapeHtml(style.language)}">`;
  return `<${tagOf(style) ?? ''}>`;
}

function closing(style: Style): string {
  if (style.kind === 'block-code' && style.language !== '') return '</code></pre>';
  return `</${tagOf(style) ?? ''}>`;
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text that Telegram's parser gives back as it is. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => references[character] ?? character);
}
