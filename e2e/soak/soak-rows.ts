import type { UnconfirmedText } from '@cuttle/testkit/crash';
import type { RowReader } from '../crash/home-rows.ts';

/** A delivery of unknown outcome, and the platform's id of the last message that was surely sent before it. */
export interface UnconfirmedRow {
  readonly conversation: string;
  readonly kind: UnconfirmedText['kind'];
  readonly text: string;
  readonly afterId: string | undefined;
}

export function readUnconfirmedRows(rows: RowReader): readonly UnconfirmedRow[] {
  return rows(
    `SELECT conversation.key, outbound.kind, json_extract(outbound.body, '$.text') AS text,
(SELECT json_extract(earlier.receipt, '$.messageId') FROM outbound AS earlier WHERE earlier.conversation_id = outbound.conversation_id AND earlier.seq < outbound.seq AND earlier.receipt IS NOT NULL ORDER BY earlier.seq DESC LIMIT 1) AS after
FROM outbound JOIN conversation ON conversation.id = outbound.conversation_id WHERE outbound.state = 'unconfirmed' ORDER BY outbound.conversation_id, outbound.seq`,
  ).map(({ key, kind, text, after }) => ({
    conversation: String(key),
    kind: kind as UnconfirmedText['kind'], // held by a CHECK
    text: String(text),
    afterId: after === null || after === undefined ? undefined : String(after),
  }));
}

/** Sends whose end a dead process did not store: their outcome nobody can know. */
export function countOpenSends(rows: RowReader): number {
  const [row] = rows(
    `SELECT count(*) AS n FROM outbound WHERE state = 'sending' AND (kind IN ('send', 'open')
OR (kind = 'edit' AND NOT EXISTS (SELECT 1 FROM outbound AS bubble WHERE bubble.id = outbound.target_id AND bubble.receipt IS NOT NULL)))`,
  );
  return Number(row?.['n'] ?? 0);
}

export function countLeft(rows: RowReader): number {
  const [row] = rows(
    `SELECT (SELECT count(*) FROM inbound WHERE state IN ('queued', 'bound')) + (SELECT count(*) FROM run WHERE ended_at IS NULL) + (SELECT count(*) FROM outbound WHERE state IN ('prepared', 'sending', 'ambiguous', 'held')) AS n`,
  );
  return Number(row?.['n'] ?? 0);
}
