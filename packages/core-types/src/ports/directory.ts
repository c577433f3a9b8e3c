export type DirectoryKind = 'people' | 'groups';

/** Somebody, or a group, whom an account of a messenger knows. Its words are those of strangers. */
export interface DirectoryRow {
  /** The platform's own id, which may stand in an address. */
  readonly id: string;
  /** As people see it; the id where nothing else is known. */
  readonly name: string;
  /** A name that is one person's alone, without `@`. */
  readonly handle?: string | undefined;
  readonly kind: DirectoryKind;
}

export interface DirectoryPage {
  readonly rows: readonly DirectoryRow[];
  /** There may be others: `limit` was reached, or not all of a long list was looked at. */
  readonly more: boolean;
}

export interface DirectoryQuestion {
  /** Words of a name, a handle or an id, in any order and case; empty: all. */
  readonly query: string;
  readonly kind: DirectoryKind;
  /** Of rows, at most 1,000. */
  readonly limit: number;
}

/**
 * Whom an account can see on its platform. Contract:
 * - rows are people who are there and are no bots, or groups that an account can write to or join; the same rows for the same list;
 * - it asks for a bounded number of pages and says `more` where it saw not all;
 * - undefined where it can tell nothing of this, such as all people of a platform that is only searched: then who was seen is told;
 * - it fails as `probe` cannot: `channel.unavailable`, `channel.rate-limited`, `channel.invalid` (a right is missing), `channel.auth`; it never asks again what was refused;
 * - it changes nothing, and rejects with `signal.reason` soon after an abort.
 */
export interface DirectoryCapability {
  find(question: DirectoryQuestion, signal: AbortSignal): Promise<DirectoryPage | undefined>;
}

export interface DirectoryReader {
  /**
   * The same from rows: people who wrote to an account and groups it was in. It looks at the first 5,000 in the order of their ids. A group's
   * name is its id, since titles are no rows.
   */
  findSeen(
    input: { channel: string; accountId: string } & DirectoryQuestion,
  ): Promise<DirectoryPage>;
}

/** What is looked for, in small letters: `@` and `#` before a name are none of it. */
export function toWords(query: string): readonly string[] {
  return query
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^[@#]/, ''))
    .filter((word) => word !== '');
}

/** What of a list answers a question, in its order; `whole`: the list is all there is. */
export function pageOf(
  rows: Iterable<DirectoryRow>,
  { query, limit, whole }: Pick<DirectoryQuestion, 'query' | 'limit'> & { readonly whole: boolean },
): DirectoryPage {
  const words = toWords(query);
  const found: DirectoryRow[] = [];
  for (const row of rows) {
    const text = `${row.name} ${row.handle ?? ''} ${row.id}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    if (found.length >= limit) return { rows: found, more: true };
    found.push(row);
  }
  return { rows: found, more: !whole };
}
