import type { Client } from '@cuttle/client';
import type { ReadonlySignal } from '@preact/signals';
import { signal } from '@preact/signals';
import { isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { KeptText } from './kept-text.ts';
import type { PendingMessage } from '../timeline/live-turns.ts';

/** A file that goes with a message; `data` is base64. */
export interface Upload {
  readonly mimeType: string;
  readonly name: string;
  readonly data: string;
}

/**
 * The messages this page has sent or tries to send, until the session shows them. Each has one idempotency key for all its attempts,
 * and is kept through a reload of the tab, so that it is neither lost nor sent twice.
 */
export interface Outbox {
  readonly pending: ReadonlySignal<readonly PendingMessage[]>;
  send(text: string, uploads: readonly Upload[]): void;
  /** Tries a failed one again, under the same key. */
  retry(id: string): void;
  discard(id: string): void;
  /** The session shows these messages now. */
  settle(isShown: (inboundId: string) => boolean): void;
  /** The turn key of a message of this page. */
  keyOf(inboundId: string): string;
}

export interface OutboxDeps {
  readonly client: Pick<Client, 'call'>;
  readonly sessionKey: string;
  readonly kept: KeptText;
  readonly newId: () => string;
  readonly now: () => number;
  /** A command was carried out and answered. */
  readonly commanded: (command: string, reply: string) => void;
  /** The first answer of the gateway to a message: the session exists from here on. */
  readonly accepted: (text: string) => void;
}

interface Sending extends PendingMessage {
  readonly uploads: readonly Upload[];
}

export function createOutbox(deps: OutboxDeps, end: AbortSignal): Outbox {
  const pending = signal<readonly Sending[]>([]);
  const keys = new Map<string, string>();
  const put = (next: readonly Sending[]): void => {
    pending.value = next;
    deps.kept.put(deps.sessionKey, next.length === 0 ? '' : JSON.stringify(toKept(next)));
  };
  const change = (id: string, fields: Partial<Sending>): void =>
    put(pending.value.map((one) => (one.id === id ? { ...one, ...fields } : one)));
  const discard = (id: string): void => put(pending.value.filter((one) => one.id !== id));

  const attempt = async (message: Sending): Promise<void> => {
    const { id, text, uploads } = message;
    try {
      const attachments = uploads.map(({ mimeType, name, data }) => ({ mimeType, name, data }));
      const answer = await deps.client.call(
        'chat.send',
        {
          sessionKey: deps.sessionKey,
          message: text,
          idempotencyKey: id,
          ...(attachments.length > 0 && { attachments }),
        },
        end,
      );
      deps.accepted(text);
      if (answer.status === 'command') {
        discard(id);
        deps.commanded(text, answer.reply ?? '');
        return;
      }
      keys.set(answer.runId, id);
      change(id, { inboundId: answer.runId });
    } catch (error) {
      if (end.aborted) return;
      change(id, { state: 'failed', reason: describe(error) });
    }
  };
  const begin = (message: Sending): void => {
    attempt(message).catch((error: unknown) => {
      change(message.id, { state: 'failed', reason: describe(error) });
    });
  };

  put(fromKept(deps.kept.find(deps.sessionKey)));
  for (const message of pending.value) begin(message);
  return {
    pending,
    send(text, uploads) {
      const at = new Date(deps.now()).toISOString();
      const attachments = uploads.map(({ name }) => name);
      const fresh = { state: 'sending', reason: undefined, inboundId: undefined } as const;
      const message: Sending = { id: deps.newId(), text, uploads, attachments, at, ...fresh };
      put([...pending.value, message]);
      begin(message);
    },
    retry(id) {
      const message = pending.value.find((one) => one.id === id);
      if (message?.state !== 'failed') return;
      change(id, { state: 'sending', reason: undefined });
      begin(message);
    },
    discard,
    settle(isShown) {
      const left = pending.value.filter(
        ({ inboundId }) => inboundId === undefined || !isShown(inboundId),
      );
      if (left.length < pending.value.length) put(left);
    },
    keyOf: (inboundId) => keys.get(inboundId) ?? inboundId,
  };
}

/** What went wrong and the next step, as the gateway said it. */
export function describe(error: unknown): string {
  const { message, hint } = toCuttleError(error);
  return isCuttleError(error) ? `${message} ${hint}` : message;
}

/** Files are too large for the storage of a tab: a message whose files a reload took is kept as failed, to be looked at. */
function toKept(messages: readonly Sending[]): readonly Omit<Sending, 'uploads'>[] {
  return messages.map(({ uploads, ...message }) =>
    uploads.length === 0
      ? message
      : { ...message, state: 'failed', reason: 'The page was reloaded: attach the files again.' },
  );
}

function fromKept(text: string | undefined): readonly Sending[] {
  const kept: unknown = text === undefined || text === '' ? [] : JSON.parse(text);
  if (!Array.isArray(kept)) return [];
  return kept.filter(isKept).map((message) => ({ ...message, uploads: [] }));
}

/** Only this page writes it, but an older build of it may have. */
function isKept(value: unknown): value is Omit<Sending, 'uploads'> {
  if (typeof value !== 'object' || value === null) return false;
  const { id, text, at, attachments } = value as Partial<PendingMessage>; // each is looked at below
  return (
    typeof id === 'string' &&
    typeof text === 'string' &&
    typeof at === 'string' &&
    Array.isArray(attachments)
  );
}
