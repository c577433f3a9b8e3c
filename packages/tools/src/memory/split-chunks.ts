import type { TaintSource } from '@cuttle/core-types';
import { parseEntries, withoutMark } from './entry.ts';

/** A passage of a Markdown file that is found as one. */
export interface Passage {
  readonly from: number;
  readonly to: number;
  /** The headings it stands under: `Travel › Japan`. */
  readonly heading: string;
  /** Without the marks of entries. */
  readonly text: string;
  readonly taint: readonly TaintSource[];
}

/** Small enough to be about one thing, large enough to say it. */
const aimChars = 500;
const mostChars = 1500;
const heading = /^(#{1,6}) +(.+?) *#*$/u;

interface Block {
  readonly from: number;
  readonly to: number;
  readonly heading: string;
  readonly lines: readonly string[];
  readonly taint: readonly TaintSource[];
}

/** The passages of a file, in order. Text of different taint never shares one. */
export function splitChunks(text: string): readonly Passage[] {
  const passages: Passage[] = [];
  let open: Block[] = [];
  const close = (): void => {
    if (open.length > 0) passages.push(toPassage(open));
    open = [];
  };
  for (const block of splitBlocks(text)) {
    const [first] = open;
    const chars = open.reduce((sum, { lines }) => sum + charsOf(lines), 0);
    if (first && !belongs(first, block, chars)) close();
    open.push(block);
  }
  close();
  return passages.filter((passage) => passage.text !== '');
}

function belongs(first: Block, next: Block, chars: number): boolean {
  return (
    first.heading === next.heading &&
    first.taint.join() === next.taint.join() &&
    chars + charsOf(next.lines) <= aimChars
  );
}

function charsOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function toPassage(blocks: readonly Block[]): Passage {
  const [first] = blocks;
  const last = blocks.at(-1);
  if (!first || !last) throw new TypeError('A passage has blocks.');
  const text = blocks
    .map(({ lines }) => lines.join('\n'))
    .join('\n')
    .trim();
  return { from: first.from, to: last.to, heading: first.heading, text, taint: first.taint };
}

function splitBlocks(text: string): readonly Block[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/u, ''));
  const entries = new Map(parseEntries(lines).map((entry) => [entry.from, entry]));
  const blocks: Block[] = [];
  const headings: string[] = [];
  let paragraph: { from: number; lines: string[] } | undefined;
  const close = (): void => {
    if (paragraph) blocks.push(...toBlocks(paragraph, headings));
    paragraph = undefined;
  };
  for (let at = bodyStart(lines); at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const entry = entries.get(at + 1);
    const title = heading.exec(line);
    if (entry || title || line.trim() === '') close();
    if (entry) {
      const own = lines.slice(at, entry.to);
      const words = [withoutMark(own[0] ?? ''), ...own.slice(1)];
      const item = toBlocks({ from: at + 1, lines: words }, headings);
      blocks.push(...item.map((block) => ({ ...block, taint: entry.taint })));
      at = entry.to - 1;
    } else if (title) headings.splice(0, 6, ...under(headings, title));
    else if (line.trim() !== '') (paragraph ??= { from: at + 1, lines: [] }).lines.push(line);
  }
  close();
  return blocks;
}

/** One name for each level; a level that was left out is empty. */
function under(headings: readonly string[], [, signs = '', name = '']: RegExpExecArray): string[] {
  const outer = Array.from({ length: signs.length - 1 }, (_, level) => headings[level] ?? '');
  return [...outer, name];
}

/** A very long paragraph is cut between its lines, a very long line within it. */
function toBlocks(
  { from, lines }: { readonly from: number; readonly lines: readonly string[] },
  headings: readonly string[],
): readonly Block[] {
  const title = headings.filter((name) => name !== '').join(' › ');
  const blocks: Block[] = [];
  let open: string[] = [];
  let start = from;
  const close = (to: number): void => {
    if (open.length === 0) return;
    blocks.push({ from: start, to, heading: title, lines: open, taint: [] });
    open = [];
  };
  for (const [index, line] of lines.entries()) {
    const number = from + index;
    if (charsOf(open) + line.length > mostChars) close(number - 1);
    if (open.length === 0) start = number;
    for (let at = 0; at < Math.max(1, line.length); at += mostChars) {
      if (at > 0) close(number);
      start = at > 0 ? number : start;
      open.push(line.slice(at, at + mostChars));
    }
  }
  close(from + lines.length - 1);
  return blocks;
}

/** Where the text begins behind a front matter, from 0. */
function bodyStart(lines: readonly string[]): number {
  if (lines[0] !== '---') return 0;
  const end = lines.indexOf('---', 1);
  return end > 0 ? end + 1 : 0;
}

/**
 * Whom a file of the owner's lets read it, by its front matter: `shared: everyone`, `shared: groups`, ids of persons, or
 * several with commas.
 */
export function readShared(text: string): readonly string[] {
  const lines = text.split('\n', 40).map((line) => line.trimEnd());
  const front = lines.slice(1, Math.max(1, bodyStart(lines) - 1));
  const found = front.map((line) => /^shared:(.*)$/u.exec(line)?.[1]).find((names) => names);
  return (found ?? '')
    .split(',')
    .map((name) => name.replaceAll(/[[\]"']/gu, '').trim())
    .filter((name) => name !== '');
}
