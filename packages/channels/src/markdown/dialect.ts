import { parseMarkdown } from './parse-markdown.ts';
import { toPlainText } from './plain-text.ts';
import type { RichText } from './rich-text.ts';
import { splitRichText, type SplitLimits } from './split-rich-text.ts';

/** How one platform writes styled text, and how much of it fits one message. */
export interface Dialect {
  /** The body of a message, from which the platform's parser makes exactly these words; what it cannot show looks plain. */
  write(rich: RichText): string;
  /** Turns into words what the platform has no style for, before the text is cut. */
  prepare?(rich: RichText): RichText;
  /** `measure` is given where the platform counts the body with its marks, not the words people read. */
  readonly limits: SplitLimits;
}

/** One message of an answer. */
export interface RenderedPart {
  /** What a person reads. */
  readonly text: string;
  /** What is sent. */
  readonly body: string;
  /** For when the body's formatting is refused: words, addresses and fences without any style. */
  readonly plain: string;
}

/** An answer as messages of a platform, each within its limit and whole in itself; none where there is nothing to see. Pure and total. */
export function renderMarkdown(markdown: string, dialect: Dialect): RenderedPart[] {
  return splitMarkdown(markdown, dialect).map((part) => toRenderedPart(part, dialect));
}

/**
 * The first message of an unfinished answer. It is made anew for each edit, so no more is read than can fit one message
 * with its marks.
 */
export function renderPreview(markdown: string, dialect: Dialect): RenderedPart | undefined {
  const [first] = splitMarkdown(markdown.slice(0, dialect.limits.maxLength * 1.5), dialect);
  return first && toRenderedPart(first, dialect);
}

function splitMarkdown(markdown: string, dialect: Dialect): RichText[] {
  const rich = parseMarkdown(markdown);
  return splitRichText(dialect.prepare?.(rich) ?? rich, dialect.limits);
}

function toRenderedPart(rich: RichText, { write, limits }: Dialect): RenderedPart {
  const plain = toPlainText(rich);
  return {
    text: rich.text,
    body: write(rich),
    plain: plain.length > limits.maxLength ? rich.text : plain,
  };
}
