import { type Database, query } from './database.ts';
import type {
  AuditRecord,
  CallRecord,
  EntryRecord,
  InboundRecord,
  StepRow,
  StoreRecord,
  TombstoneRecord,
} from './rows.ts';
import type { SealedPart } from './record-seal.ts';

/*
 * What the macs of records cover. A change here makes every older record look changed: a new form takes a new number in
 * front, and the old one stays for what it signed.
 */

export type EntryPlace = Pick<
  EntryRecord,
  'session_id' | 'generation' | 'seq' | 'kind' | 'inbound_id' | 'run_id' | 'n' | 'at'
>;

/** An entry with the mac before it and what the rows say that it names. */
export function entryParts(
  before: string | null,
  entry: EntryPlace,
  content: readonly SealedPart[],
): SealedPart[] {
  const { session_id, generation, seq, kind, inbound_id, run_id, n, at } = entry;
  return [
    'entry 1',
    before,
    session_id,
    generation,
    seq,
    kind,
    inbound_id,
    run_id,
    n,
    at,
    ...content,
  ];
}

/** An entry whose words were taken out on purpose: its own mac, which the next one follows, and what stands there now. */
export function blankedParts(
  entry: EntryPlace & Pick<EntryRecord, 'mac'>,
  content: readonly SealedPart[],
): SealedPart[] {
  return ['blanked 1', ...entryParts(entry.mac, entry, content)];
}

export type InputContent = Pick<
  InboundRecord,
  'account_id' | 'external_id' | 'principal' | 'provenance' | 'taint' | 'body'
>;

export function inputContent(row: InputContent): SealedPart[] {
  return [row.account_id, row.external_id, row.principal, row.provenance, row.taint, row.body];
}

export type AnswerContent = Pick<
  StepRow,
  'answer' | 'finish' | 'usage' | 'provider' | 'model' | 'cost_micros'
>;

export function answerContent(row: AnswerContent): SealedPart[] {
  return [row.answer, row.finish, row.usage, row.provider, row.model, row.cost_micros];
}

type CallContent = Pick<
  CallRecord,
  | 'i'
  | 'call_id'
  | 'tool'
  | 'input'
  | 'effect'
  | 'plan_hash'
  | 'gated'
  | 'approval_id'
  | 'state'
  | 'attempt'
  | 'result'
>;
const selectCalls = query<CallContent>(
  `SELECT i, call_id, tool, input, effect, plan_hash, gated, approval_id, state, attempt, result FROM call WHERE space = 'main' AND run_id = ? AND n = ? ORDER BY i`,
);

/** The calls of a step, all of which have ended when their results are an entry. */
export function resultsContent(db: Database, runId: string, step: number): SealedPart[] {
  return db
    .list(selectCalls, runId, step)
    .flatMap((row) => [
      row.i,
      row.call_id,
      row.tool,
      row.input,
      row.effect,
      row.plan_hash,
      row.gated,
      row.approval_id,
      row.state,
      row.attempt,
      row.result,
    ]);
}

const selectInput = query<InputContent>(
  `SELECT account_id, external_id, principal, provenance, taint, body FROM inbound WHERE space = 'main' AND id = ?`,
);
const selectAnswer = query<AnswerContent>(
  `SELECT answer, finish, usage, provider, model, cost_micros FROM step WHERE space = 'main' AND run_id = ? AND n = ?`,
);

/** What the rows say now that an entry names; no parts where one is gone. */
export function contentOf(db: Database, entry: EntryPlace): SealedPart[] {
  switch (entry.kind) {
    case 'input': {
      const row = db.find(selectInput, entry.inbound_id);
      return row ? inputContent(row) : [];
    }
    case 'answer': {
      const row = db.find(selectAnswer, entry.run_id, entry.n);
      return row ? answerContent(row) : [];
    }
    case 'results':
      return resultsContent(db, entry.run_id, entry.n);
  }
}

export interface ChainHead {
  readonly id: string;
  readonly chained: number;
  readonly chain_mac: string | null;
  readonly next_entry: number;
}

/** The head of a session's chain: without it, a tail that was cut off would leave no mark. */
export function headParts({ id, chained, chain_mac, next_entry }: ChainHead): SealedPart[] {
  return ['head 1', id, chained, chain_mac, next_entry];
}

export function tombstoneParts(row: Omit<TombstoneRecord, 'space' | 'seal'>): SealedPart[] {
  const { session_id, from_seq, upto_seq, chained, mac, reason, at } = row;
  return ['tombstone 1', session_id, from_seq, upto_seq, chained, mac, reason, at];
}

/** `records_audit_mac` is there once retention has cut the beginning of the audit: the mac that its first row follows. */
export type ChainsBegin = Pick<StoreRecord, 'records_from' | 'records_audit' | 'records_audit_mac'>;

/** Where chaining began: what is older has no mac, what is younger must have one. */
export function beginParts(from: ChainsBegin): SealedPart[] {
  return ['begin 1', from.records_from, from.records_audit, from.records_audit_mac];
}

export function auditDigestParts(
  row: Pick<AuditRecord, 'principal' | 'subject' | 'details'>,
): SealedPart[] {
  return ['audit 1', row.principal, row.subject, row.details];
}

export function auditParts(
  before: string | null,
  row: Pick<AuditRecord, 'seq' | 'at' | 'kind' | 'digest'>,
): SealedPart[] {
  return ['audit row 1', before, row.seq, row.at, row.kind, row.digest];
}

export function auditHeadParts(head: {
  readonly audit_count: number;
  readonly audit_mac: string | null;
}): SealedPart[] {
  return ['audit head 1', head.audit_count, head.audit_mac];
}
