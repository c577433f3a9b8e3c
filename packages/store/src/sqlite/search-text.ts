import type { InboundBody, Message } from '@cuttle/core-types';

/** Characters of one row that are searchable; the rest of a very long text is found by its beginning. */
const maxChars = 16_384;
const snippetChars = 160;

// Scripts that write without spaces: each letter is a word of its own, and a query finds them as a phrase.
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu;

/** The words of a text as the full-text index takes them. */
export function toSearchText(text: string): string {
  return text.slice(0, maxChars).replace(unspaced, ' $& ');
}

/** What a person typed → an FTS5 query that cannot fail: every word must occur, the last one may be a beginning. */
export function toSearchQuery(query: string, place?: string): string | undefined {
  const terms = query
    .slice(0, 512)
    .split(/\s+/u)
    .filter((term) => /[\p{L}\p{N}]/u.test(term))
    .map((term) => `"${toSearchText(term).replaceAll('"', ' ').trim()}"`);
  if (terms.length === 0) return undefined;
  const words = `words : (${terms.join(' AND ')} *)`;
  return place === undefined ? words : `place : "${place}" AND ${words}`;
}

/** One token that stands for any name. */
export function toPlace(name: string): string {
  return `n${Buffer.from(name).toString('hex')}`;
}

/** The piece of a text around the first word of a query. */
export function toSnippet(text: string, query: string): string {
  const flat = text.replace(/\s+/gu, ' ').trim();
  const word = query.trim().split(/\s+/u)[0] ?? '';
  const at = flat.toLowerCase().indexOf(word.toLowerCase());
  const start = Math.max(0, at - snippetChars / 4);
  const piece = flat.slice(start, start + snippetChars);
  return `${start > 0 ? '…' : ''}${piece}${start + snippetChars < flat.length ? '…' : ''}`;
}

/** The words a person reads in a message. */
export function wordsOf(message: Message): string {
  const words: string[] = [];
  for (const part of message.parts) {
    if (part.type === 'text') words.push(part.text);
    if (part.type === 'tool-result')
      for (const piece of part.content) if (piece.type === 'text') words.push(piece.text);
  }
  return words.join('\n');
}

/**
 * What an inbound says, as messages of the transcript: `messagesOf` of core-types, whose index is too heavy for a
 * worker thread. A test holds the two together.
 */
export function toMessages({ parts, messages, senderName }: InboundBody): readonly Message[] {
  if (messages) return messages;
  return [{ role: 'user', parts, ...(senderName !== undefined && { name: senderName }) }];
}
