import type { MessageState } from './world.ts';

/**
 * The words a person reads of mrkdwn: without marks, with the words of links. A mark hugs its words and has no letter
 * outside; a space without a width, which nobody sees, may stand there. https://docs.slack.dev/messaging/formatting-message-text
 */
export function readSlackText(body: string): string {
  return body
    .split(/(```[\s\S]*?```|`[^`\n]+`)/)
    .map((piece, index) => readReferences(index % 2 === 1 ? readCode(piece) : readWords(piece)))
    .join('');
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

function readCode(piece: string): string {
  return piece.replace(/^```\n?([\s\S]*?)\n?```$/, '$1').replace(/^`([^`]+)`$/, '$1');
}

function readWords(piece: string): string {
  let words = piece.replaceAll(/^> /gm, '');
  // Styles lie within each other, at most as deep as there are kinds.
  for (let depth = 0; depth < 3; depth += 1)
    for (const mark of ['\\*', '_', '~'])
      words = words.replaceAll(
        new RegExp(
          `(?:\u200B|(?<![\\p{L}\\p{N}]))${mark}(?=\\S)([^\\n]*?\\S)${mark}(?:\u200B|(?![\\p{L}\\p{N}]))`,
          'gu',
        ),
        '$1',
      );
  return words;
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
