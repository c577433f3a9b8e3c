import type { Reader } from '@cuttle/core-types/ports';
import { query } from '../database.ts';
import type { View } from '../view.ts';

interface Call {
  readonly account_id: string;
  readonly conversation_id: string;
  readonly state: string;
  readonly settled_at: number | null;
}

/** What is sent is among the newest rows, behind what waits: nothing is indexed for a question that each start asks once. */
const newestRows = 10_000;

const selectCalls = query<Call>(
  `SELECT account_id, conversation_id, state, settled_at
FROM (SELECT conversation_id, state, settled_at FROM outbound NOT INDEXED WHERE space = 'main' ORDER BY rowid DESC LIMIT ?)
CROSS JOIN conversation ON conversation.space = 'main' AND conversation.id = conversation_id
WHERE state IN ('sending', 'ambiguous') OR (state IN ('sent', 'unconfirmed') AND settled_at > ?)`,
);

export function listRecentCalls(
  { db, now }: View,
  { since }: Parameters<Reader['listRecentCalls']>[0],
): Awaited<ReturnType<Reader['listRecentCalls']>> {
  return db
    .list(selectCalls, newestRows, since)
    .map(({ account_id: accountId, conversation_id: conversationId, settled_at: at }) => ({
      accountId,
      conversationId,
      at: at ?? now,
    }));
}
