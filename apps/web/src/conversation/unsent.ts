import { type ReadonlySignal, signal } from '@preact/signals';
import type { KeptText } from './kept-text.ts';
import type { PendingMessage } from '../timeline/live-turns.ts';
import type { Upload } from './outbox.ts';

export interface UnsentMessage extends PendingMessage {
  readonly uploads: readonly Upload[];
}

/** The messages of a session that it does not show yet, kept through a reload of the tab. */
export interface Unsent {
  readonly messages: ReadonlySignal<readonly UnsentMessage[]>;
  add(message: UnsentMessage): void;
  change(id: string, fields: Partial<PendingMessage>): void;
  remove(id: string): void;
}

export function createUnsent(kept: KeptText, sessionKey: string): Unsent {
  const messages = signal(fromKept(kept.find(sessionKey)));
  const put = (next: readonly UnsentMessage[]): void => {
    messages.value = next;
    kept.put(sessionKey, next.length === 0 ? '' : JSON.stringify(next.map(toKept)));
  };
  return {
    messages,
    add: (message) => put([...messages.value, message]),
    change: (id, fields) =>
      put(messages.value.map((one) => (one.id === id ? { ...one, ...fields } : one))),
    remove: (id) => put(messages.value.filter((one) => one.id !== id)),
  };
}

/** Files are too large for the storage of a tab: a message whose files a reload took is kept as failed, to be looked at. */
function toKept({ uploads, ...message }: UnsentMessage): PendingMessage {
  if (uploads.length === 0) return message;
  return { ...message, state: 'failed', reason: 'The page was reloaded: attach the files again.' };
}

function fromKept(text: string | undefined): readonly UnsentMessage[] {
  if (text === undefined || text === '') return [];
  const kept = parseList(text);
  return kept.filter(isKept).map((message) => ({
    ...message,
    // JSON leaves out what is undefined.
    reason: message.reason,
    inboundId: message.inboundId,
    uploads: [],
  }));
}

function parseList(text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Only this page writes it, but an older build of it may have. */
function isKept(value: unknown): value is PendingMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { id, text, at, attachments, state } = value as Partial<PendingMessage>; // each is looked at below
  const isText = [id, text, at].every((one) => typeof one === 'string');
  return isText && Array.isArray(attachments) && (state === 'sending' || state === 'failed');
}
