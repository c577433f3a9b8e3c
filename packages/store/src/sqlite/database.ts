import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

declare const shape: unique symbol;

/** The text of a statement that returns rows, together with the type of a row: they are written side by side. */
export type Query<Row> = string & { readonly [shape]: Row };

export function query<Row>(sql: string): Query<Row> {
  return sql as Query<Row>; // the contract suite runs every statement and compares whole values
}

/** One connection. Statements are prepared when first used and kept: their texts are constants, so there are few. */
export interface Database {
  readonly raw: DatabaseSync;
  /** The first row. */
  find<Row>(sql: Query<Row>, ...values: SQLInputValue[]): Row | undefined;
  list<Row>(sql: Query<Row>, ...values: SQLInputValue[]): Row[];
  /** Visits one row after the other, for reads of more than one wants to hold at once. */
  each<Row>(sql: Query<Row>, values: readonly SQLInputValue[], visit: (row: Row) => void): void;
  /** Returns how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number;
  /** Returns the row number of the inserted row. Cheaper than RETURNING, which builds a table of its own. */
  insert(sql: string, ...values: SQLInputValue[]): number;
  exec(sql: string): void;
  close(): void;
}

export function openDatabase(
  path: string,
  options: { readonly readOnly?: boolean; readonly timeoutMs?: number } = {},
): Database {
  const raw = new DatabaseSync(path, {
    readOnly: options.readOnly ?? false,
    timeout: options.timeoutMs ?? 5_000,
    enableForeignKeyConstraints: true,
  });
  const statements = new Map<string, Prepared>();
  const prepared = (sql: string): Prepared => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = raw.prepare(sql);
    statement.setReturnArrays(true);
    const made = { statement, names: statement.columns().map(({ name }) => name) };
    statements.set(sql, made);
    return made;
  };
  return {
    raw,
    find: <Row>(sql: Query<Row>, ...values: SQLInputValue[]) => {
      const { statement, names } = prepared(sql);
      const row: unknown = statement.get(...values);
      return row === undefined ? undefined : (toRow(names, row) as Row); // what a Query promises
    },
    list: <Row>(sql: Query<Row>, ...values: SQLInputValue[]) => {
      const { statement, names } = prepared(sql);
      return statement.all(...values).map((row: unknown) => toRow(names, row) as Row); // what a Query promises
    },
    each: <Row>(sql: Query<Row>, values: readonly SQLInputValue[], visit: (row: Row) => void) => {
      const { statement, names } = prepared(sql);
      for (const row of statement.iterate(...values)) visit(toRow(names, row) as Row); // what a Query promises
    },
    run: (sql, ...values) => Number(prepared(sql).statement.run(...values).changes),
    insert: (sql, ...values) => Number(prepared(sql).statement.run(...values).lastInsertRowid),
    exec: (sql) => prepared(sql).statement.run(),
    close: () => {
      statements.clear();
      raw.close();
    },
  };
}

interface Prepared {
  readonly statement: StatementSync;
  readonly names: readonly string[];
}

/**
 * The columns of a row by their names. Made here and not by `node:sqlite`, which makes each row an object without a shape and
 * looks up the name of every column anew.
 */
function toRow(names: readonly string[], values: unknown): Record<string, unknown> {
  const cells = values as readonly unknown[]; // setReturnArrays
  const row: Record<string, unknown> = {};
  for (let column = 0; column < names.length; column += 1) row[names[column] ?? ''] = cells[column];
  return row;
}

/** Primary result codes that decide what happens next. https://sqlite.org/rescode.html */
export const sqlite = {
  busy: 5,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const;

/** The primary result code of a failure of SQLite; undefined for any other failure. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'))
    return undefined;
  return error.errcode & 0xff;
}
