import { CuttleError } from '@cuttle/core-types/errors';

/** Where a reader stands in a session's durable events. Opaque to clients; works on any server of the same timeline. */
export interface Cursor {
  readonly epoch: string;
  readonly sessionId: string;
  readonly seq: number;
}

export function encodeCursor({ epoch, sessionId, seq }: Cursor): string {
  return `${epoch}.${sessionId}.${seq.toString(36)}`;
}

/** Throws `cursor.expired` for what is no cursor of ours: the client's next step is the same. */
export function decodeCursor(text: string): Cursor {
  const [epoch, sessionId, seq, rest] = text.split('.');
  const number = Number.parseInt(seq ?? '', 36);
  if (!epoch || !sessionId || !Number.isSafeInteger(number) || rest !== undefined)
    throw new CuttleError('cursor.expired', 'This cursor is not known here.');
  return { epoch, sessionId, seq: number };
}
