import type { WAMessageKey } from 'baileys';

/** What people wrote since the account last showed that it read their chat. */
export interface Unread {
  note(chat: string, key: WAMessageKey): void;
  /** Those of a chat, which counts as read from now on. */
  take(chat: string): readonly WAMessageKey[];
}

const [mostChats, mostInChat] = [1000, 100];

/** Of many chats and of many messages of one the latest. */
export function createUnread(): Unread {
  const chats = new Map<string, readonly WAMessageKey[]>();
  return {
    note(chat, key) {
      const before = chats.get(chat) ?? [];
      chats.delete(chat);
      chats.set(chat, [...before, key].slice(-mostInChat));
      const [oldest] = chats.keys();
      if (chats.size > mostChats && oldest !== undefined) chats.delete(oldest);
    },
    take(chat) {
      const keys = chats.get(chat) ?? [];
      chats.delete(chat);
      return keys;
    },
  };
}
