import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';

declare const row: unique symbol;

/** The text of a statement that returns rows, together with the type of a row: they are written side by side. */
export type Query<Row> = string & { readonly [row]: Row };

export function query<Row>(sql: string): Query<Row> {
  return sql as Query<Row>; // the contract suite runs every statement and compares whole values
}

/** One connection. Statements are prepared when first used and kept: their texts are constants, so there are few. */
export interface Database {
  readonly raw: DatabaseSync;
  /** The first row. */
  find<Row>(sql: Query<Row>, ...values: SQLInputValue[]): Row | undefined;
  list<Row>(sql: Query<Row>, ...values: SQLInputValue[]): Row[];
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
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = raw.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    raw,
    find: <Row>(sql: Query<Row>, ...values: SQLInputValue[]) =>
      prepared(sql).get(...values) as Row | undefined, // what a Query promises
    list: <Row>(sql: Query<Row>, ...values: SQLInputValue[]) =>
      prepared(sql).all(...values) as Row[], // what a Query promises
    run: (sql, ...values) => Number(prepared(sql).run(...values).changes),
    insert: (sql, ...values) => Number(prepared(sql).run(...values).lastInsertRowid),
    exec: (sql) => prepared(sql).run(),
    close: () => {
      statements.clear();
      raw.close();
    },
  };
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
