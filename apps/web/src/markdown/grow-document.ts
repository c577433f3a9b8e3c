import { Lexer, type Token, type Tokens, type TokensList } from 'marked';

/** One top-level block. `id` is where it begins in the text, which never changes while the text grows. */
export interface MarkdownBlock {
  readonly id: number;
  readonly token: Token;
}

/** A text as blocks. `settled` is the number of leading blocks that no further text can change. */
export interface MarkdownDocument {
  readonly text: string;
  readonly blocks: readonly MarkdownBlock[];
  readonly settled: number;
  /** Where the first block that may still change begins. */
  readonly settledLength: number;
  readonly links: TokensList['links'];
}

export const emptyDocument: MarkdownDocument = {
  text: '',
  blocks: [],
  settled: 0,
  settledLength: 0,
  links: {},
};

/**
 * The document of `text`, reusing what `previous` knows if `text` continues it: settled blocks keep their identity and only the rest is read again,
 * so that an answer of any length costs its last block per change.
 */
export function growDocument(previous: MarkdownDocument, written: string): MarkdownDocument {
  // The reader does this too; done here, blocks lie where their lengths say.
  const text = written.includes('\r') ? written.replace(/\r\n?/g, '\n') : written;
  if (text === previous.text) return previous;
  const base = text.startsWith(previous.text) ? previous : emptyDocument;
  const { tokens, links } = tokenize(text.slice(base.settledLength), base.links);
  const blocks = base.blocks.slice(0, base.settled);
  let at = base.settledLength;
  let settledLength = at;
  let settled = blocks.length;
  const open = firstOpen(tokens);
  for (const [index, token] of tokens.entries()) {
    const id = at;
    at += token.raw.length;
    if (token.type !== 'space' && token.type !== 'def') blocks.push({ id, token });
    if (index >= open) continue;
    settled = blocks.length;
    settledLength = at;
  }
  return { text, blocks, settled, settledLength, links };
}

/**
 * The first block that further text may change. The last may go on; so may the one before it while the last has no whole line yet:
 * in `1. a⏎⏎2` the `2` looks like a paragraph until its dot arrives. And only a blank line divides for good: without one,
 * whether a line ends a paragraph can depend on the lines after it.
 */
function firstOpen(tokens: readonly Token[]): number {
  const solid = [...tokens.entries()].filter(([, { type }]) => type !== 'space');
  const last = solid.at(-1);
  if (!last) return 0;
  const open = last[1].raw.includes('\n') ? last[0] : (solid.at(-2)?.[0] ?? last[0]);
  for (let index = open; index > 0; index -= 1)
    if (endsBlank(`${tokens[index - 2]?.raw ?? ''}${tokens[index - 1]?.raw ?? ''}`)) return index;
  return 0;
}

function endsBlank(text: string): boolean {
  return /\n[ \t]*\n[ \t]*$/.test(text.slice(-200));
}

/** A piece of prose past this many characters is no prose: it is shown as it is, because emphasis and links are looked for at every character. */
const maxProse = 20_000;
/** Quotes and lists within each other past this depth are not read further: the reader recurses per level. */
const maxDepth = 60;
const tooDeep = new RegExp(`^(?:[ \\t]*(?:>|[-+*]|\\d{1,9}[.)])){${maxDepth}}`, 'm');

function tokenize(
  text: string,
  known: TokensList['links'],
): { tokens: readonly Token[]; links: TokensList['links'] } {
  if (tooDeep.test(text)) return { tokens: [asItIs(text)], links: known };
  const lexer = new Lexer({ gfm: true, breaks: true });
  Object.assign(lexer.tokens.links, known);
  const tokens = lexer.blockTokens(text, lexer.tokens);
  // Reading a piece may queue further ones behind it.
  for (const piece of lexer.inlineQueue) {
    if (piece.src.length > maxProse) piece.tokens.push(proseAsItIs(piece.src));
    else lexer.inlineTokens(piece.src, piece.tokens);
  }
  return { tokens, links: lexer.tokens.links };
}

function asItIs(text: string): Tokens.Code {
  return { type: 'code', raw: text, lang: '', text };
}

function proseAsItIs(text: string): Tokens.Text {
  return { type: 'text', raw: text, text };
}
