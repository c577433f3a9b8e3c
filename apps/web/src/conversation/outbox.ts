import type { Client } from '@cuttle/client';
import type { ReadonlySignal } from '@preact/signals';
import { isCuttleError, toCuttleError } from '@cuttle/core-types/errors';
import type { KeptText } from './kept-text.ts';
import type { PendingMessage } from '../timeline/live-turns.ts';
import { createUnsent, type UnsentMessage } from './unsent.ts';

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
  /** The gateway took a message: the session exists from here on. */
  readonly accepted: (text: string) => void;
}

export function createOutbox(deps: OutboxDeps, end: AbortSignal): Outbox {
  const { client, sessionKey } = deps;
  const unsent = createUnsent(deps.kept, sessionKey);
  const keys = new Map<string, string>();

  const attempt = async ({ id, text, uploads }: UnsentMessage): Promise<void> => {
    const params = { sessionKey, message: text, idempotencyKey: id, ...toAttachments(uploads) };
    const answer = await client.call('chat.send', params, end);
    deps.accepted(text);
    if (answer.status === 'command') {
      unsent.remove(id);
      deps.commanded(text, answer.reply ?? '');
      return;
    }
    keys.set(answer.runId, id);
    unsent.change(id, { inboundId: answer.runId });
  };
  const begin = (message: UnsentMessage): void => {
    attempt(message).catch((error: unknown) => {
      if (!end.aborted) unsent.change(message.id, { state: 'failed', reason: describe(error) });
    });
  };

  for (const message of unsent.messages.value) if (message.state === 'sending') begin(message);
  return {
    pending: unsent.messages,
    send(text, uploads) {
      const at = new Date(deps.now()).toISOString();
      const attachments = uploads.map(({ name }) => name);
      const fresh = { state: 'sending', reason: undefined, inboundId: undefined } as const;
      const message = { id: deps.newId(), text, uploads, attachments, at, ...fresh };
      unsent.add(message);
      begin(message);
    },
    retry(id) {
      const message = unsent.messages.value.find((one) => one.id === id);
      if (message?.state !== 'failed') return;
      unsent.change(id, { state: 'sending', reason: undefined });
      begin(message);
    },
    discard: unsent.remove,
    settle(isShown) {
      for (const { id, inboundId } of unsent.messages.value)
        if (inboundId !== undefined && isShown(inboundId)) unsent.remove(id);
    },
    keyOf: (inboundId) => keys.get(inboundId) ?? inboundId,
  };
}

function toAttachments(uploads: readonly Upload[]): { attachments?: Upload[] } {
  return uploads.length === 0 ? {} : { attachments: uploads.map((upload) => ({ ...upload })) };
}

/** What went wrong and the next step, as the gateway said it. */
export function describe(error: unknown): string {
  const { message, hint } = toCuttleError(error);
  return isCuttleError(error) ? `${message} ${hint}` : message;
}
