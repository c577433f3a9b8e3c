/**
 * How a stretch of text looks. `block-code` is a fence or a table, whose first `header` characters name the columns;
 * `link` holds an http address that was checked; `marker` is what stands before an item of a list: "•", "3.", "☑".
 */
export type Style =
  | { readonly kind: 'bold' }
  | { readonly kind: 'italic' }
  | { readonly kind: 'strike' }
  | { readonly kind: 'spoiler' }
  | { readonly kind: 'heading'; readonly level: number }
  | { readonly kind: 'marker' }
  | { readonly kind: 'quote' }
  | { readonly kind: 'code' }
  | { readonly kind: 'block-code'; readonly language: string; readonly header?: number }
  | { readonly kind: 'link'; readonly url: string };

/** Offsets are UTF-16 units of the text, as Telegram counts and as strings index. */
export interface Span {
  readonly style: Style;
  readonly start: number;
  readonly end: number;
}

/** A Markdown answer as people see it: the text, what is styled, and where a new block begins. Every renderer and the splitter start here. */
export interface RichText {
  readonly text: string;
  readonly spans: readonly Span[];
  readonly blocks: readonly number[];
}

/** Builds a text from left to right. */
export interface RichTextWriter {
  /** Appends words; a line break gets the current indentation. */
  write(text: string): void;
  /** Appends exactly this, whatever the indentation. */
  writeRaw(text: string): void;
  styled(style: Style, content: () => void): void;
  indented(by: string, content: () => void): void;
  /** Marks that a block begins here. */
  beginBlock(): void;
  readonly length: number;
  finish(): RichText;
}

export function createRichTextWriter(): RichTextWriter {
  const pieces: string[] = [];
  const spans: Span[] = [];
  const blocks: number[] = [];
  let length = 0;
  let indent = '';
  const append = (text: string): void => {
    pieces.push(text);
    length += text.length;
  };
  return {
    get length() {
      return length;
    },
    write: (text) => append(indent === '' ? text : text.replaceAll('\n', `\n${indent}`)),
    writeRaw: append,
    styled(style, content) {
      const start = length;
      const index = spans.length;
      content();
      // Outer before inner: the place is taken before the content adds its own.
      if (length > start) spans.splice(index, 0, { style, start, end: length });
    },
    indented(by, content) {
      const before = indent;
      indent += by;
      content();
      indent = before;
    },
    beginBlock: () => void blocks.push(length),
    finish: () => ({ text: pieces.join(''), spans, blocks }),
  };
}

/** A part of a longer text. */
export interface TextPart extends RichText {
  /** Where its own words begin in the whole text. */
  readonly from: number;
  /** How many characters before them were said in an earlier part already: the header of a table that was cut. */
  readonly repeated: number;
}

/** A stretch of the text without outer whitespace; spans are cut to it, so that a fence is closed and reopened. */
export function sliceRichText(rich: RichText, from: number, to: number): TextPart {
  const content = rich.text.slice(from, to);
  const start = from + (content.length - content.replace(/^\s*\n/, '').length);
  const end = from + content.trimEnd().length;
  if (end <= start) return { text: '', spans: [], blocks: [], from: start, repeated: 0 };
  const header = headerAt(rich, start);
  const shift = header.length - start;
  return {
    text: header + rich.text.slice(start, end),
    spans: rich.spans
      .filter((span) => span.start < end && span.end > start)
      .map((span) => ({
        style: span.style,
        // The repeated header is inside of what it heads, and of what holds that.
        start: span.start <= start ? 0 : span.start + shift,
        end: Math.min(span.end, end) + shift,
      })),
    blocks: rich.blocks.filter((at) => at > start && at < end).map((at) => at + shift),
    from: start,
    repeated: header.length,
  };
}

/** The header of the table that a part which begins here goes on with. */
function headerAt({ text, spans }: RichText, at: number): string {
  for (const { style, start, end } of spans)
    if (style.kind === 'block-code' && style.header !== undefined && start < at && at < end) {
      const header = text.slice(start, start + style.header);
      return start + header.length <= at && header.length <= maxHeader ? header : '';
    }
  return '';
}

/** A longer header would fill the parts that repeat it. */
const maxHeader = 400;
