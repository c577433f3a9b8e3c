import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { createRichTextWriter, type RichText } from './rich-text.ts';
import { toRichText } from './to-rich-text.ts';

/**
 * CommonMark with GFM → text with styles. Total: what the parser cannot take in reasonable time is kept as plain text.
 * https://github.github.com/gfm/
 */
export function parseMarkdown(markdown: string): RichText {
  const text = markdown.toWellFormed();
  if (isCostly(text)) return plainRichText(text);
  return toRichText(
    fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }),
  );
}

/** Words as they are, without any style. */
function plainRichText(text: string): RichText {
  const writer = createRichTextWriter();
  writer.beginBlock();
  writer.writeRaw(text);
  return writer.finish();
}

// A tenth of a second on the main thread.
const maxLength = 50_000;
const maxDelimiters = 1000;

// Measured: 5,000 mixed `*` and `_` in one paragraph take half a second, and 2,000 nested quotations exhaust the stack.
const tooDeep = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){50}/m;

/** What costs the parser quadratic time or its stack, and means nothing to a reader. */
function isCostly(text: string): boolean {
  if (text.length > maxLength || tooDeep.test(text)) return true;
  return text
    .split(/\n[ \t]*\n/)
    .some((paragraph) => (paragraph.match(/[*_~]|\[\^/g)?.length ?? 0) > maxDelimiters);
}
