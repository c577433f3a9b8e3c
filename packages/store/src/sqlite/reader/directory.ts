import type { DirectoryPage, DirectoryReader, DirectoryRow } from '@cuttle/core-types/ports';
import { pageOf } from '@cuttle/core-types/reading';
import { query } from '../database.ts';
import type { ConversationRecord, IdentityRecord } from '../rows.ts';
import { toLimit, type View } from '../view.ts';

/** Looked at for one question, by the key of their table: an account that everybody writes to costs no more. */
const mostSeen = 5000;

const selectPeople = query<Pick<IdentityRecord, 'external_id' | 'name'>>(
  `SELECT external_id, name FROM identity WHERE space = 'main' AND channel = ? AND account_id = ? ORDER BY external_id LIMIT ?`,
);
const selectConversations = query<Pick<ConversationRecord, 'key' | 'is_group'>>(
  `SELECT key, is_group FROM conversation WHERE space = 'main' AND account_id = ? ORDER BY key LIMIT ?`,
);

export function findSeen(
  { db }: View,
  { channel, accountId, kind, query: words, limit }: Parameters<DirectoryReader['findSeen']>[0],
): DirectoryPage {
  const seen =
    kind === 'people'
      ? db.list(selectPeople, channel, accountId, mostSeen)
      : db.list(selectConversations, accountId, mostSeen);
  const rows = new Map<string, DirectoryRow>();
  for (const row of seen) {
    const found = 'key' in row ? toGroup(row) : toPerson(row);
    if (found) rows.set(found.id, found);
  }
  return pageOf(rows.values(), {
    query: words,
    limit: toLimit(limit),
    whole: seen.length < mostSeen,
  });
}

function toPerson({
  external_id: id,
  name,
}: Pick<IdentityRecord, 'external_id' | 'name'>): DirectoryRow {
  return { id, name: name ?? id, kind: 'people' };
}

/** Threads of a group are conversations of their own, behind a colon. */
function toGroup({
  key,
  is_group: isGroup,
}: Pick<ConversationRecord, 'key' | 'is_group'>): DirectoryRow | undefined {
  const [id = ''] = key.split(':');
  return isGroup === 1 && id !== '' ? { id, name: id, kind: 'groups' } : undefined;
}
