import { textFor } from '@cuttle/core-types/texts';

/**
 * The text of a tool's result, at most `maxChars` UTF-16 units long: its first three quarters and its end,
 * with a mark between them that says how much is left out.
 */
export function truncateOutput(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const markOf = (left: number): string =>
    `\n${textFor('tool.truncated', { left, total: text.length })}\n`;
  const room = maxChars - markOf(text.length).length;
  if (room <= 0) return text.slice(0, wholeBefore(text, Math.max(0, maxChars)));
  const head = wholeBefore(text, Math.ceil(room * 0.75));
  const tail = wholeAfter(text, text.length - (room - head));
  return text.slice(0, head) + markOf(tail - head) + text.slice(tail);
}

/** The nearest cut at or before `at` that splits no surrogate pair. */
function wholeBefore(text: string, at: number): number {
  return isInsidePair(text, at) ? at - 1 : at;
}

function wholeAfter(text: string, at: number): number {
  return isInsidePair(text, at) ? at + 1 : at;
}

function isInsidePair(text: string, at: number): boolean {
  return at > 0 && isSurrogate(text, at - 1, 0xd800) && isSurrogate(text, at, 0xdc00);
}

function isSurrogate(text: string, at: number, base: 0xd800 | 0xdc00): boolean {
  const unit = text.charCodeAt(at);
  return unit >= base && unit < base + 0x400;
}
