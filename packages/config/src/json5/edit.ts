import type { ConfigPath } from '../located.ts';
import {
  type Container,
  containerOf,
  indentOf,
  insertEntry,
  removeEntry,
  type Source,
  type TextEdit,
} from './entries.ts';
import { type Json5Style, printJson5, printKey, styleOf } from './print.ts';
import { skipTrivia } from './scanner.ts';
import { type Json5Node, parseJson5 } from './tree.ts';

/** A list place that cannot be made: the list is not that long, or not in this text. */
export class MissingPlace extends Error {
  override readonly name = 'MissingPlace';
}

/**
 * `text` with `value` at `path`; undefined takes the key away. Every other character stays: comments, order, quotes.
 * What a removed key had on its own line goes with it, a comment above it stays. Throws `Json5Failure` and `MissingPlace`.
 */
export function editJson5(
  text: string,
  { path, value, file }: { path: ConfigPath; value: unknown; file: string },
): string {
  const style = styleOf(text, file);
  const edit = planEdit({ text: withObject(text, style), style }, path, value);
  if (!edit) return text;
  const edited = applyEdit(withObject(text, style), edit);
  // A key that was written twice is taken away twice, or the other one would count again.
  const isTwice = value === undefined && edit.isKey === true;
  return isTwice ? editJson5(edited, { path, value, file }) : edited;
}

function applyEdit(text: string, { start, end, text: put }: TextEdit): string {
  return text.slice(0, start) + put + text.slice(end);
}

/** A text with nothing in it but comments gets an object to put things into. */
function withObject(text: string, { newline }: Json5Style): string {
  if (skipTrivia(text, 0) < text.length) return text;
  const gap = text === '' || text.endsWith('\n') ? '' : newline;
  return `${text}${gap}{${newline}}${newline}`;
}

/** `isKey` marks the removal of an object's key. */
interface PlannedEdit extends TextEdit {
  readonly isKey?: boolean;
}

function planEdit(source: Source, path: ConfigPath, value: unknown): PlannedEdit | undefined {
  let node: Json5Node = parseJson5(source.text);
  let parent: { container: Container; index: number; isKey: boolean } | undefined;
  for (const [depth, part] of path.entries()) {
    const rest = path.slice(depth + 1);
    if (node.kind === 'scalar') {
      if (value === undefined) return undefined;
      return replaceNode(source, node, nest(path.slice(depth), value));
    }
    const container = containerOf(node);
    const index = findEntry(node, part);
    const next = container.entries[index]?.value;
    if (!next) {
      if (value === undefined) return undefined;
      return insertPart(source, { container, node, part }, nest(rest, value));
    }
    parent = { container, index, isKey: node.kind === 'object' };
    node = next;
  }
  if (value !== undefined) return replaceNode(source, node, value);
  return parent && { ...removeEntry(source, parent.container, parent.index), isKey: parent.isKey };
}

function findEntry(node: Exclude<Json5Node, { kind: 'scalar' }>, part: string | number): number {
  if (node.kind === 'object') return node.members.findLastIndex(({ key }) => key === String(part));
  return typeof part === 'number' && part < node.items.length ? part : -1;
}

function insertPart(
  source: Source,
  at: { container: Container; node: Json5Node; part: string | number },
  value: unknown,
): TextEdit {
  const { container, node, part } = at;
  const key = node.kind === 'object' ? `${printKey(String(part), source.style)}: ` : '';
  if (node.kind === 'array' && part !== node.items.length)
    throw new MissingPlace(`the list has ${node.items.length} items, so there is no place ${part}`);
  return insertEntry(source, container, (layout) => key + printJson5(value, source.style, layout));
}

function replaceNode({ text, style }: Source, { start, end }: Json5Node, value: unknown): TextEdit {
  const base = indentOf(text, start);
  return { start, end, text: printJson5(value, style, { base }) };
}

/** The value with the objects and lists that lead to it. */
function nest(path: ConfigPath, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, part) => {
    if (typeof part === 'string') return { [part]: inner };
    if (part === 0) return [inner];
    throw new MissingPlace(`there is no list that has a place ${part}`);
  }, value);
}
