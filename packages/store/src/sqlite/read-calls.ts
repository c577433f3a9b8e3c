import { toCorrupt } from './migrate.ts';
import { blobReader, reader } from './reader/index.ts';
import type { View } from './view.ts';
import { type Call, type Reply, toFailure, toReply } from './wire.ts';

const reads = { ...reader, ...blobReader };
type ReadName = keyof typeof reads;

export function isRead(op: string): op is ReadName {
  return Object.hasOwn(reads, op);
}

/** Each call in a read transaction of its own, short and with one moment of truth. */
export function runReads(
  calls: readonly Call[],
  { path, ...view }: View & { readonly path: string },
): Reply[] {
  return calls.map(([id, op, input]) => {
    view.db.exec('BEGIN');
    try {
      return toReply(id, runRead(view, op, input));
    } catch (error) {
      return [id, null, toFailure(toCorrupt(error, path))];
    } finally {
      view.db.exec('COMMIT');
    }
  });
}

function runRead(view: View, op: string, input: unknown): unknown {
  if (!isRead(op)) throw new TypeError(`There is no read ${op}.`);
  // `input` is what the typed port was called with, after a turn through JSON.
  return reads[op](view, input as never);
}
