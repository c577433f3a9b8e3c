import type { Parents, Table } from 'mdast';

/** A table as aligned columns of text, for platforms that have only a fixed-width block; `header` characters name the columns. */
export function layOutTable(
  table: Table,
  toText: (cell: Parents) => string,
): { readonly text: string; readonly header: number } {
  const rows = table.children.map((row) => row.children.map((cell) => toText(cell)));
  const widths = Array.from(
    { length: Math.max(0, ...rows.map(({ length }) => length)) },
    (_, column) => Math.min(maxColumn, Math.max(...rows.map((row) => widthOf(row[column] ?? '')))),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, column) => pad(row[column] ?? '', width))
      .join(' │ ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('─┼─');
  const header = `${lines[0] ?? ''}\n${rule}\n`;
  const body = lines.slice(1).join('\n');
  return { text: (header + body).trimEnd(), header: header.length };
}

/** A wider cell stands out of its column rather than padding all others. */
const maxColumn = 40;

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

// East Asian wide characters and emoji take two columns in fixed-width fonts.
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/gu;

function widthOf(text: string): number {
  return Array.from(text).length + (text.match(wide)?.length ?? 0);
}
