import { TaintSource } from '@cuttle/core-types';
import { z } from 'zod';

/**
 * What a tool wrote into a file of the memory: one item of a list, with a mark behind its first line.
 *
 *     - **cat**: Luna <!-- cuttle {"once":["run:1:0"],"taint":["web"],"is":"1k2j3h"} -->
 *     - 14:05 They leave on Friday. <!-- cuttle {"once":["run:2:0"],"taint":[],"is":"9x8y7z"} -->
 *       Further lines stand under the first.
 *
 * Every further line is indented, so that no text can begin an entry of its own; and `is` tells whether the text is still
 * the one that was written: what the owner has changed is the owner's.
 */
export interface Entry {
  /** The name of a fact. */
  readonly key: string | undefined;
  readonly text: string;
  /** Keys of the calls that wrote it. */
  readonly once: readonly string[];
  readonly taint: readonly TaintSource[];
  /** Lines from 1, both included. */
  readonly from: number;
  readonly to: number;
}

const Mark = z.object({
  once: z.array(z.string()).catch([]),
  taint: z.array(TaintSource).catch(['web']),
  is: z.string().catch(''),
});

/** A fact is replaced many times: only its latest calls may come again. */
const keptKeys = 8;
// `- **cat**: Luna`, and as people write it too: `- **cat:** Luna`.
const item = /^- (?:\*\*((?:[^*\\]|\\.)+?)(?:\*\*:|:\*\*) ?)?(.*)$/su;
const markStart = '<!-- cuttle ';

/** The entries of a file: all items of its lists, by whomever. */
export function parseEntries(lines: readonly string[]): readonly Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const first = lines[at] ?? '';
    if (!first.startsWith('- ')) continue;
    let end = at;
    for (let next = at + 1; next < lines.length; next += 1) {
      const line = lines[next] ?? '';
      if (line.startsWith('  ') && line.trim() !== '') end = next;
      else if (line.trim() !== '') break;
    }
    entries.push(toEntry(lines.slice(at, end + 1), at + 1));
    at = end;
  }
  return entries;
}

function toEntry(lines: readonly string[], from: number): Entry {
  const [whole = '', ...more] = lines;
  const { line: first, mark: json } = splitMark(whole);
  const [, key, words = ''] = item.exec(first) ?? [];
  const text = [words, ...more.map((line) => line.replace(/^ {2}/u, ''))].join('\n').trim();
  const entry = { key: key?.replaceAll(/\\(.)/gu, '$1'), text };
  const mark = json === undefined ? undefined : readMark(json);
  const isOurs = mark !== undefined && (mark.is === '' || mark.is === fingerprint(entry));
  const place = { from, to: from + lines.length - 1 };
  return { ...entry, ...place, once: mark?.once ?? [], taint: isOurs ? mark.taint : [] };
}

/** The last mark is ours: what stands before it is text. */
function splitMark(line: string): { readonly line: string; readonly mark: string | undefined } {
  const whole = line.trimEnd();
  const at = whole.lastIndexOf(markStart);
  if (at < 0 || !whole.endsWith('-->')) return { line, mark: undefined };
  return { line: whole.slice(0, at).trimEnd(), mark: whole.slice(at + markStart.length, -3) };
}

/** A mark that cannot be read says nothing good of its entry. */
function readMark(text: string): z.infer<typeof Mark> {
  try {
    return Mark.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      return { once: [], taint: ['web'], is: '' };
    throw error;
  }
}

export interface NewEntry {
  readonly key?: string | undefined;
  readonly text: string;
  readonly once: readonly string[];
  readonly taint: readonly TaintSource[];
}

/** The lines of an entry. What it reads as is what was given, whatever the text holds. */
export function formatEntry({ key, text, once, taint }: NewEntry): readonly string[] {
  const name = key === undefined ? '' : `**${toLine(key).replaceAll(/[*\\]/gu, '\\$&')}**: `;
  const [first = '', ...more] = toLines(text);
  const head = `- ${name}${key === undefined ? withoutName(first) : first}`;
  const lines = more.map((line) => (line.trim() === '' ? '' : `  ${line}`));
  // With a mark behind it, as it will be read: the text may hold one of its own.
  const read = toEntry([`${head} ${markStart}{} -->`, ...lines], 1);
  const mark = {
    once: [...new Set(once)].slice(-keptKeys),
    taint: [...new Set(taint)],
    is: fingerprint(read),
  };
  // No text of ours may end the comment.
  const json = JSON.stringify(mark).replaceAll('>', String.raw`\u003e`);
  return [`${head} ${markStart}${json} -->`, ...lines];
}

/** A note that looks like a fact would be taken for one. */
function withoutName(line: string): string {
  return line.startsWith('**') ? `\\${line}` : line;
}

function toLine(text: string): string {
  return toLines(text).join(' ');
}

/** One way to end a line, and no letters that only pretend to. */
function toLines(text: string): readonly string[] {
  return (
    text
      .replaceAll(/\r\n?|[\v\f\u0085\u2028\u2029]/gu, '\n')
      // eslint-disable-next-line no-control-regex -- they are what is left out
      .replaceAll(/[\u0000-\u0008\u000e-\u001f\u007f\ufeff]/gu, '')
      .trim()
      .split('\n')
      .map((line) => line.trimEnd())
  );
}

/** Tells a changed text from the one that was written; the same after an editor wrapped its lines. Not for secrets. */
function fingerprint({
  key = '',
  text,
}: {
  readonly key?: string | undefined;
  text: string;
}): string {
  const words = `${key}\n${text}`.replaceAll(/\s+/gu, ' ').trim();
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < words.length; at += 1) {
    const unit = words.charCodeAt(at);
    one = Math.imul(one ^ unit, 2654435761);
    other = Math.imul(other ^ unit, 1597334677);
  }
  return (4294967296 * (other & 0x1fffff) + (one >>> 0)).toString(36);
}

/** The text without marks, as a person or a model reads it. */
export function withoutMark(line: string): string {
  return line.startsWith('- ') ? splitMark(line).line : line;
}
