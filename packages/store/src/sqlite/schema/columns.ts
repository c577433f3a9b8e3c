import { sql, type SQL } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';

/*
 * Keys are the names of the columns, so that a row read by plain SQL has the type `$inferSelect`.
 * Times are integer ms UTC; JSON is text that we wrote ourselves; flags are 0 and 1.
 */

/** The tenant of a row, first in every key and index. Today always `main`. */
export const space = () => text().notNull().default('main');

/** Ms UTC that is always there. */
export const time = () => integer().notNull();

export const flag = () => integer().notNull().default(0);

/**
 * `(column = 'a' OR column = 'b')`, for a CHECK or a partial index. Not `IN`: with more than two words SQLite builds a table
 * of them each time a row is written.
 */
export function oneOf(column: string, options: readonly string[]): SQL {
  return sql.raw(`(${options.map((option) => `${column} = '${option}'`).join(' OR ')})`);
}
