import type { Message } from '@cuttle/core-types';
import { type Database, query } from './database.ts';
import type { CallRecord, EntryRecord, InboundRecord, StepRow } from './rows.ts';
import { withFetchedMedia } from './media-row.ts';
import { toMessages, wordsOf } from './search-text.ts';
import { fromStored, fromStoredOr } from './stored-json.ts';

/** An entry with the text of the row it names. */
export type EntryWithText = EntryRecord & {
  readonly body: InboundRecord['body'] | null;
  readonly answer: StepRow['answer'];
};

/** Selects `EntryWithText`; a WHERE clause may follow. */
export const entryColumns = `entry.*, inbound.body, step.answer FROM entry
LEFT JOIN inbound ON inbound.space = 'main' AND inbound.id = entry.inbound_id
LEFT JOIN step ON step.space = 'main' AND step.run_id = entry.run_id AND step.n = entry.n AND entry.kind = 'answer'`;

const selectResults = query<Pick<CallRecord, 'result'>>(
  `SELECT result FROM call WHERE space = 'main' AND run_id = ? AND n = ? ORDER BY i`,
);

export function messagesOfEntry(db: Database, row: EntryWithText): readonly Message[] {
  switch (row.kind) {
    case 'input':
      return row.body === null ? [] : withFetchedMedia(db, toMessages(fromStored(row.body)));
    case 'answer':
      return row.answer === null ? [] : [fromStored(row.answer)];
    case 'results': {
      const results = db.list(selectResults, row.run_id, row.n);
      const parts = results.flatMap(({ result }) => fromStoredOr(result) ?? []);
      return [{ role: 'tool', parts }];
    }
  }
}

/** What an inbound said, for people. */
export function toText(body: InboundRecord['body']): string {
  return toMessages(fromStored(body)).map(wordsOf).join('\n');
}
