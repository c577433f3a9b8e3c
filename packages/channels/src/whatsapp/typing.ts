import type { Channel } from '@cuttle/core-types/ports';
import type { WhatsappApi } from './api.ts';
import { parseTarget } from './target.ts';

export interface Typing {
  /** What a person wrote last, which typing is shown for. */
  hear(waId: string, messageId: string): void;
  readonly capability: NonNullable<Channel['typing']>;
}

const mostChats = 1000;

/**
 * Typing is shown for a message, not for a chat, for 25 seconds, and marks the message as read. After a restart nothing is
 * known of a chat until its next message, and nothing is shown.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators/
 */
export function createTyping({
  api,
  phoneNumberId,
}: {
  readonly api: WhatsappApi;
  readonly phoneNumberId: string;
}): Typing {
  const last = new Map<string, string>();
  return {
    hear(waId, messageId) {
      last.delete(waId);
      last.set(waId, messageId);
      const [oldest] = last.keys();
      if (last.size > mostChats && oldest !== undefined) last.delete(oldest);
    },
    capability: {
      everyMs: 20_000,
      async show(target, signal) {
        signal.throwIfAborted();
        const messageId = last.get(parseTarget(target).waId);
        if (messageId === undefined) return;
        const body = {
          messaging_product: 'whatsapp',
          status: 'read',
          message_id: messageId,
          typing_indicator: { type: 'text' },
        };
        await api.call({ method: 'POST', path: `${phoneNumberId}/messages`, body }, signal);
      },
    },
  };
}
