import { z } from 'zod';
import { SlackFailure } from './failure.ts';
import { count } from './schemas.ts';

/** https://docs.slack.dev/apis/web-api/pagination */
export const Paging = z.looseObject({
  limit: count.max(1000).default(1000),
  cursor: z.string().default(''),
});

/** A page of a list. The cursor is where the last one ended; empty at the end. */
export function cutPage<T>(
  all: readonly T[],
  { limit, cursor }: z.output<typeof Paging>,
): { readonly page: readonly T[]; readonly next: string } {
  const from = cursor === '' ? 0 : Number(cursor);
  if (!Number.isInteger(from)) throw new SlackFailure({ error: 'invalid_cursor' });
  const end = from + limit;
  return { page: all.slice(from, end), next: end < all.length ? String(end) : '' };
}
