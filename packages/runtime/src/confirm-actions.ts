import { sayToken } from '@cuttle/core-types';
import type { Answer } from '@cuttle/core-types/ports';

/** `[[label|data]]`; neither holds a bracket, a bar or a line's end. */
const marker = /\[\[([^[\]|\n]{1,60})\|([^[\]|\n]{1,56})\]\]/g;
const inCode = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
/** Buttons of one answer; more are words. */
const most = 12;

/**
 * An answer whose `[[label|data]]` are buttons, in rows as they stand in lines. In code they are words, and so is what is more than an answer has buttons
 * for. Pure.
 */
export function withButtons(answer: Answer): Answer {
  if (!answer.text.includes('[[')) return answer;
  const rows: { readonly label: string; readonly token: string }[][] = [];
  let count = 0;
  const pieces = answer.text.split(inCode).map((piece, index) => {
    if (index % 2 === 1) return piece;
    const lines = piece.split('\n').map((line) => {
      const row: { label: string; token: string }[] = [];
      const rest = line.replace(marker, (whole, label: string, data: string) => {
        const isWord = count >= most || label.trim() === '' || data.trim() === '';
        if (isWord) return whole;
        count += 1;
        row.push({ label: label.trim(), token: sayToken(data.trim()) });
        return '';
      });
      if (row.length === 0) return line;
      rows.push(row);
      return rest.trimEnd();
    });
    return lines.join('\n');
  });
  if (rows.length === 0) return answer;
  const text = pieces
    .join('')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
  return { ...answer, text, buttons: [...(answer.buttons ?? []), ...rows] };
}

/** The words of an unfinished answer: a marker that has begun is not shown. */
export function withoutButtons(text: string): string {
  if (!text.includes('[[')) return text;
  const { text: words } = withButtons({ text });
  return words.replace(/\[\[[^[\]\n]{0,120}\]?$/, '').trimEnd();
}
