import type { TaintSource } from '@cuttle/core-types';
import { type Entry, formatEntry, parseEntries } from './entry.ts';

/** What a call asks to remember. */
export interface Remembered {
  readonly text: string;
  /** The call's key: remembered once, however often it is asked for with the same one. */
  readonly once: string;
  readonly taint: readonly TaintSource[];
}

/** The file with a fact under its name, in the place of what was there; undefined where this call was heard before. */
export function putFact(
  file: string | undefined,
  { key, text, once, taint }: Remembered & { readonly key: string },
): string | undefined {
  const lines = toLines(file);
  const entries = parseEntries(lines);
  if (entries.some((entry) => entry.once.includes(once))) return undefined;
  const known = entries.find((entry) => isNamed(entry, key));
  // The calls that wrote what is replaced may come again too.
  const entry = formatEntry({ key, text, taint, once: [...(known?.once ?? []), once] });
  if (!known) return append(file ?? '# Memory\n', entry);
  lines.splice(known.from - 1, known.to - known.from + 1, ...entry);
  return lines.join('\n');
}

/** The file with a note at its end; undefined where this call was heard before. */
export function appendNote(
  file: string | undefined,
  { text, once, taint, title }: Remembered & { readonly title: string },
): string | undefined {
  const entries = parseEntries(toLines(file));
  if (entries.some((entry) => entry.once.includes(once))) return undefined;
  return append(file ?? `# ${title}\n`, formatEntry({ text, once: [once], taint }));
}

/** Whether the file has an entry that a call wrote. */
export function hasNote(file: string, once: string): boolean {
  return parseEntries(toLines(file)).some((entry) => entry.once.includes(once));
}

export function findFact(file: string, key: string): Entry | undefined {
  return parseEntries(toLines(file)).find((entry) => isNamed(entry, key));
}

export function listFacts(file: string): readonly Entry[] {
  return parseEntries(toLines(file)).filter(({ key }) => key !== undefined);
}

/** Entries that stand in these lines, from 1, both included. */
export function entriesIn(file: string, from: number, to: number): readonly Entry[] {
  return parseEntries(toLines(file)).filter((entry) => entry.from <= to && entry.to >= from);
}

function isNamed({ key }: Entry, wanted: string): boolean {
  return key !== undefined && toName(key) === toName(wanted);
}

function toName(key: string): string {
  return key.replaceAll(/\s+/gu, ' ').trim();
}

function toLines(file: string | undefined): string[] {
  return (file ?? '').split('\n').map((line) => line.replace(/\r$/u, ''));
}

/** An item goes on with the list at the end of the file, or begins one. */
function append(file: string, entry: readonly string[]): string {
  const text = file.trimEnd();
  const last = text.slice(text.lastIndexOf('\n') + 1);
  const gap = text === '' ? '' : /^(?:- | {2})/u.test(last) ? '\n' : '\n\n';
  return `${text}${gap}${entry.join('\n')}\n`;
}
