import { readMarkedWords } from '../marked-words.ts';
import type { MessageState } from './world.ts';

/** The words a person reads of mrkdwn: without marks, with the words of links. https://docs.slack.dev/messaging/formatting-message-text */
export function readSlackText(body: string): string {
  return readMarkedWords(body, readReferences);
}

/** What a message shows: its blocks where it has any, else its text. */
export function readMessage({ text, mrkdwn, blocks }: Shown): string {
  const shown = blocks.flatMap((block) => textOf(block));
  if (shown.length > 0) return shown.join('\n');
  return mrkdwn ? readSlackText(text) : readReferences(text);
}

type Shown = Pick<MessageState, 'text' | 'mrkdwn' | 'blocks'>;

/** Only a block's own words: buttons are no text. */
function textOf(block: Shown['blocks'][number]): string[] {
  if (typeof block !== 'object' || block === null || Array.isArray(block)) return [];
  const { text } = block;
  if (typeof text !== 'object' || text === null || Array.isArray(text)) return [];
  const { text: words, type } = text;
  if (typeof words !== 'string') return [];
  return [type === 'mrkdwn' ? readSlackText(words) : words];
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function readReferences(text: string): string {
  return text
    .replaceAll(/<[^<>|\n]+\|([^<>\n]*)>/g, '$1')
    .replaceAll(/<([^<>|\n]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
