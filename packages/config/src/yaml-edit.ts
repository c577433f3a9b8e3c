import { CuttleError } from '@cuttle/core-types/errors';
import { type Document, isNode, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ConfigPath } from './located.ts';
import { syntaxError } from './syntax-error.ts';

/** Comments stay where they are; the layout is YAML's own where it was unusual. */
export function editYaml(
  text: string,
  { file, path, value }: { file: string; path: ConfigPath; value: unknown },
): string {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw syntaxError({ source: file, line, column: col }, fault.message, fault);
  }
  checkPlaces(document, path);
  if (value === undefined) document.deleteIn(path);
  else if (typeof value !== 'object' || value === null) document.setIn(path, value);
  else document.setIn(path, withComments(document.createNode(value), document.getIn(path, true)));
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** What was written beside the old value stays beside the new one. */
function withComments(node: Node, old: unknown): Node {
  if (!isNode(old)) return node;
  node.comment = old.comment ?? null;
  node.commentBefore = old.commentBefore ?? null;
  return node;
}

function checkPlaces(document: Document, path: ConfigPath): void {
  for (const [depth, part] of path.entries()) {
    const list = document.getIn(path.slice(0, depth), true);
    if (isSeq(list) && (typeof part !== 'number' || part > list.items.length))
      throw new CuttleError('config.invalid', `The list has no place ${part}.`);
  }
}
