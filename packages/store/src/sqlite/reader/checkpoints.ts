import type { Json } from '@cuttle/core-types';
import { query } from '../database.ts';
import type { AccountRecord } from '../rows.ts';
import { fromStoredOr } from '../stored-json.ts';
import type { View } from '../view.ts';

const select = query<Pick<AccountRecord, 'checkpoint'>>(
  `SELECT checkpoint FROM account WHERE space = 'main' AND id = ?`,
);

export function findCheckpoint(view: View, input: { accountId: string }): Json | undefined {
  return fromStoredOr(view.db.find(select, input.accountId)?.checkpoint);
}
