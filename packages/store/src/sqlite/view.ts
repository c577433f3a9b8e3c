import type { Database } from './database.ts';
import type { RecordSeal } from './record-seal.ts';
import type { VectorCache } from './vector-cache.ts';

/** One read transaction: every statement in it sees the same moment. */
export interface View {
  readonly db: Database;
  readonly now: number;
  /** The opening that reads; leases of another one are dead. */
  readonly boot: string;
  /** Absent where this home has no key of its records. */
  readonly seal: RecordSeal | undefined;
  /** Vectors that earlier reads of this connection looked at. */
  readonly vectors: VectorCache;
}

const mostRows = 1_000;

/** What was asked for, within what one page may hold. */
export function toLimit(limit: number): number {
  return Math.min(mostRows, Math.max(0, Math.trunc(limit) || 0));
}
