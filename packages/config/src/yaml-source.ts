import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type ParsedNode,
} from 'yaml';
import { emptyObject, type Located, type LocatedMember, type Origin } from './located.ts';
import { syntaxError } from './syntax-error.ts';

/** Aliases repeat whole trees; past this many a file is an attack, not a configuration. */
const maxAliases = 1000;

export function parseYamlSource(source: string, text: string): Located {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { source, line, column: col };
  };
  const [fault] = document.errors;
  if (fault) throw syntaxError(place(fault.pos[0]), fault.message, fault);
  if (!document.contents) return emptyObject(place(0));

  let aliases = 0;
  const offsetOf = (node: Node): number => node.range?.[0] ?? 0;
  const resolve = (node: ParsedNode | Node | null): Node | null | undefined =>
    node && isAlias(node) ? node.resolve(document) : node;
  const locate = (given: Node | null, depth: number): Located => {
    if (isAlias(given)) aliases += 1;
    const node = resolve(given);
    const origin = place(given ? offsetOf(given) : 0);
    if (aliases > maxAliases || depth > 200)
      throw syntaxError(origin, 'this holds too much', undefined);
    if (isMap(node)) {
      const members = node.items.map(({ key, value }): [string, LocatedMember] => {
        const name = isScalar(key) ? key : undefined;
        const at = name ? place(offsetOf(name)) : origin;
        const member = (value ?? null) as Node | null; // a parsed pair holds nodes
        return [String(name?.value ?? key), { origin: at, value: locate(member, depth + 1) }];
      });
      return { kind: 'object', origin, members: new Map(members) };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => locate(item as Node | null, depth + 1)); // a parsed sequence holds nodes
      return { kind: 'array', origin, items };
    }
    if (node && isCollection(node)) return emptyObject(origin);
    return { kind: 'scalar', origin, value: isScalar(node) ? node.value : null };
  };
  return locate(document.contents, 0);
}
