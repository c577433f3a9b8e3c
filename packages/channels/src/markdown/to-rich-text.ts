import type { Blockquote, Definition, List, ListItem, Nodes, Parents, RootContent } from 'mdast';
import { toWebLink } from './link.ts';
import {
  createRichTextWriter,
  type RichText,
  type RichTextWriter,
  type Style,
} from './rich-text.ts';
import { layOutTable } from './table.ts';

/** An mdast tree → text with styles. Total: an unknown or too deep node gives its words. */
export function toRichText(tree: Parents): RichText {
  const writer = createRichTextWriter();
  const references: References = { definitions: new Map(), used: new Set() };
  collectReferences(tree, references);
  writeBlocks(
    { writer, references, depth: 0, inQuote: false, inLink: false },
    tree.children,
    '\n\n',
  );
  return writer.finish();
}

interface References {
  readonly definitions: Map<string, Definition>;
  readonly used: Set<string>;
}

interface Scope {
  readonly writer: RichTextWriter;
  readonly references: References;
  readonly depth: number;
  readonly inQuote: boolean;
  readonly inLink: boolean;
}

/** Deeper nesting than anyone reads is written as plain words, so that no text exhausts the stack. */
const maxDepth = 40;

function collectReferences(root: Nodes, { definitions, used }: References): void {
  const left: Nodes[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (node.type === 'definition' && !definitions.has(node.identifier))
      definitions.set(node.identifier, node);
    if (node.type === 'linkReference' || node.type === 'imageReference') used.add(node.identifier);
    if ('children' in node) left.push(...node.children.toReversed());
  }
}

function writeBlocks(scope: Scope, blocks: readonly Nodes[], gap: string): void {
  const { writer } = scope;
  const begin = writer.length;
  for (const block of blocks) {
    if (block.type === 'definition' && scope.references.used.has(block.identifier)) continue;
    if (writer.length > begin) writeGap(writer, block, gap);
    writer.beginBlock();
    writeNode(scope, block);
  }
}

/** Code begins at the left edge wherever it stands. */
function writeGap(writer: RichTextWriter, block: Nodes, gap: string): void {
  if (block.type === 'code' || block.type === 'table') writer.writeRaw(gap);
  else writer.write(gap);
}

type Writers = {
  readonly [Type in Nodes['type']]?: (scope: Scope, node: Extract<Nodes, { type: Type }>) => void;
};

const writers: Writers = {
  text: ({ writer }, { value }) => writeWords(writer, value),
  html: ({ writer }, { value }) => writer.write(/^<br\s*\/?>$/i.test(value.trim()) ? '\n' : value),
  break: ({ writer }) => writer.write('\n'),
  thematicBreak: ({ writer }) => writer.write('———'),
  emphasis: (scope, node) => styled(scope, { kind: 'italic' }, node),
  strong: (scope, node) => styled(scope, { kind: 'bold' }, node),
  delete: (scope, node) => styled(scope, { kind: 'strike' }, node),
  heading: (scope, node) => styled(scope, { kind: 'heading', level: node.depth }, node),
  inlineCode: ({ writer }, { value }) => writer.styled({ kind: 'code' }, () => writer.write(value)),
  code: ({ writer }, { value, lang }) =>
    writer.styled({ kind: 'block-code', language: toLanguage(lang) }, () => writer.writeRaw(value)),
  link: (scope, node) => writeLink(scope, node.url, node),
  linkReference: (scope, node) => writeLink(scope, urlOf(scope, node.identifier), node),
  image: (scope, { url, alt }) => writeImage(scope, url, alt),
  imageReference: (scope, { identifier, alt }) => writeImage(scope, urlOf(scope, identifier), alt),
  definition: ({ writer }, { label, identifier, url }) =>
    writer.write(`[${label ?? identifier}]: ${url}`),
  footnoteReference: ({ writer }, { label, identifier }) =>
    writer.write(`[${label ?? identifier}]`),
  footnoteDefinition: (scope, { label, identifier, children }) => {
    scope.writer.write(`[${label ?? identifier}] `);
    writeBlocks(scope, children, '\n');
  },
  blockquote: (scope, node) => writeQuote(scope, node),
  list: (scope, node) => writeList(scope, node),
  table: ({ writer }, node) => {
    const { text, header } = layOutTable(node, toPlainCell);
    writer.styled({ kind: 'block-code', language: '', header }, () => writer.writeRaw(text));
  },
};

function writeNode(scope: Scope, node: Nodes): void {
  if (scope.depth > maxDepth) {
    scope.writer.write(wordsOf(node));
    return;
  }
  const deeper = { ...scope, depth: scope.depth + 1 };
  // The table pairs each writer with its own node type, which the index loses.
  const write = writers[node.type] as ((scope: Scope, node: Nodes) => void) | undefined;
  if (write !== undefined) write(deeper, node);
  else if ('children' in node) writeInline(deeper, node.children);
}

/** `||words||` hides words until they are asked for; bars with a space inside or a word outside are bars. */
const spoiler = /(?<![\w|])\|\|(?=[^\s|])([^|]*[^\s|])\|\|(?![\w|])/g;

function writeWords(writer: RichTextWriter, words: string): void {
  let from = 0;
  for (const match of words.includes('||') ? words.matchAll(spoiler) : []) {
    writer.write(words.slice(from, match.index));
    writer.styled({ kind: 'spoiler' }, () => writer.write(match[1] ?? ''));
    from = match.index + match[0].length;
  }
  writer.write(words.slice(from));
}

function writeInline(scope: Scope, children: readonly Nodes[]): void {
  for (const child of children) writeNode(scope, child);
}

function styled(scope: Scope, style: Style, node: Parents): void {
  scope.writer.styled(style, () => writeInline(scope, node.children));
}

function urlOf({ references }: Scope, identifier: string): string {
  return references.definitions.get(identifier)?.url ?? '';
}

function writeImage(scope: Scope, url: string, alt: string | null | undefined): void {
  writeLink(scope, url, { type: 'paragraph', children: [{ type: 'text', value: alt ?? '' }] });
}

/** An address that a platform would not link is shown behind the words, so that it is not lost. */
function writeLink(scope: Scope, url: string, content: Parents): void {
  const { writer } = scope;
  const words = wordsOf(content);
  const inner = { ...scope, inLink: true };
  const link = scope.inLink ? undefined : toWebLink(url);
  if (link !== undefined) {
    writer.styled({ kind: 'link', url: link }, () => {
      if (words === '') writer.write(url);
      else writeInline(inner, content.children);
    });
    return;
  }
  writeInline(inner, content.children);
  writer.write(scope.inLink ? '' : addressBehind(words, url));
}

function addressBehind(words: string, url: string): string {
  const shown = url.replace(/^mailto:/i, '');
  if (shown === '' || shown === words || url === words) return '';
  return words === '' ? shown : ` (${shown})`;
}

function writeQuote(scope: Scope, node: Blockquote): void {
  const content = (): void => writeBlocks({ ...scope, inQuote: true }, node.children, '\n\n');
  // Platforms have no quotation within a quotation.
  if (scope.inQuote) content();
  else scope.writer.styled({ kind: 'quote' }, content);
}

function writeList(scope: Scope, list: List): void {
  const { writer } = scope;
  list.children.forEach((item, index) => {
    if (index > 0) writer.write(list.spread === true ? '\n\n' : '\n');
    writer.styled({ kind: 'marker' }, () => writer.write(markerOf(list, item, index)));
    writer.write(' ');
    writer.indented('   ', () => writeItem(scope, item));
  });
}

function markerOf(list: List, item: ListItem, index: number): string {
  if (typeof item.checked === 'boolean') return item.checked ? '☑' : '☐';
  return list.ordered === true ? `${(list.start ?? 1) + index}.` : '•';
}

function writeItem(scope: Scope, item: ListItem): void {
  item.children.forEach((child: RootContent, index) => {
    if (child.type === 'definition' && scope.references.used.has(child.identifier)) return;
    if (index > 0) writeGap(scope.writer, child, item.spread === true ? '\n\n' : '\n');
    writeNode(scope, child);
  });
}

function toLanguage(lang: string | null | undefined): string {
  return /^[\w+#.-]{1,32}$/.exec(lang ?? '')?.[0] ?? '';
}

function toPlainCell(cell: Parents): string {
  return wordsOf(cell).replaceAll(/\s+/g, ' ').trim();
}

/** The words of a node without any style, in one pass that needs no stack. */
function wordsOf(root: Nodes): string {
  const words: string[] = [];
  const left: Nodes[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if ('value' in node) words.push(node.value);
    else if (node.type === 'image') words.push(node.alt ?? '');
    else if ('children' in node) {
      if (node.type === 'link' && node !== root)
        left.push({ type: 'text', value: addressBehind(wordsOf(node), node.url) });
      left.push(...node.children.toReversed());
    }
  }
  return words.join('');
}
