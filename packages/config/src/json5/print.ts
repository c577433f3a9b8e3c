/** How a file is written: what is added to it is written alike. */
export interface Json5Style {
  /** One step of indentation. */
  readonly indent: string;
  readonly newline: string;
  readonly quote: '"' | "'";
  /** Whether keys have quotes where they need none, as in JSON. */
  readonly keys: 'quoted' | 'bare';
  /** Whether the last member of a block has a comma. */
  readonly trailingComma: boolean;
}

const maxInline = 60;

/** Finds the style of a text; what it does not show is as in our examples. */
export function styleOf(text: string, file: string): Json5Style {
  const isJson = file.toLowerCase().endsWith('.json');
  const single = text.split("'").length;
  const double = text.split('"').length;
  return {
    indent: /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ',
    newline: text.includes('\r\n') ? '\r\n' : '\n',
    quote: isJson || double >= single ? '"' : "'",
    keys: isJson || /"\s*:/.test(text.replace(/\/\/.*/g, '')) ? 'quoted' : 'bare',
    trailingComma: !isJson,
  };
}

/** How a printed value is laid out: in one line, or in lines that begin with `base`. */
export type Layout = 'inline' | { readonly base: string };

/** A value as JSON5 text. Short lists of scalars stay on their line. */
export function printJson5(value: unknown, style: Json5Style, layout: Layout): string {
  if (Array.isArray(value)) return printList(value, style, layout);
  if (typeof value === 'object' && value !== null) return printObject(value, style, layout);
  if (typeof value === 'string') return printString(value, style);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'null';
}

function printList(list: readonly unknown[], style: Json5Style, layout: Layout): string {
  const items = list.map((item) => printJson5(item, style, deeper(layout, style)));
  const isPlain = list.every((item) => typeof item !== 'object' || item === null);
  const line = `[${items.join(', ')}]`;
  if (layout === 'inline' || (isPlain && line.length <= maxInline)) return line;
  return printBlock(items, { open: '[', close: ']', style, base: layout.base });
}

function printObject(object: object, style: Json5Style, layout: Layout): string {
  const members = Object.entries(object)
    .filter(([, member]) => member !== undefined)
    .map(
      ([key, member]) =>
        `${printKey(key, style)}: ${printJson5(member, style, deeper(layout, style))}`,
    );
  if (layout !== 'inline')
    return printBlock(members, { open: '{', close: '}', style, base: layout.base });
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function deeper(layout: Layout, { indent }: Json5Style): Layout {
  return layout === 'inline' ? layout : { base: layout.base + indent };
}

export function printKey(key: string, style: Json5Style): string {
  const isBare = style.keys === 'bare' && /^[A-Za-z_$][\w$]*$/.test(key);
  return isBare ? key : printString(key, style);
}

function printString(text: string, { quote }: Json5Style): string {
  const json = JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  if (quote === '"' || text.includes("'")) return json;
  return `'${json.slice(1, -1).replaceAll('\\"', '"')}'`;
}

function printBlock(
  parts: readonly string[],
  { open, close, style, base }: { open: string; close: string; style: Json5Style; base: string },
): string {
  if (parts.length === 0) return open + close;
  const inner = style.newline + base + style.indent;
  const end = (style.trailingComma ? ',' : '') + style.newline + base;
  return `${open}${inner}${parts.join(`,${inner}`)}${end}${close}`;
}
