import { isSameAddress } from './link.ts';
import type { RichText } from './rich-text.ts';

/** Words alone, for doors without styles: a link's address follows its words, code keeps its fence. */
export function toPlainText({ text, spans }: RichText): string {
  const marks = spans.flatMap(({ style, start, end }) => {
    if (style.kind === 'block-code')
      return [
        { at: start, mark: `\`\`\`${style.language}\n` },
        { at: end, mark: '\n```' },
      ];
    if (style.kind !== 'link' || isSameAddress(text.slice(start, end), style.url)) return [];
    return [{ at: end, mark: ` (${style.url})` }];
  });
  let plain = '';
  let from = 0;
  for (const { at, mark } of marks.toSorted((a, b) => a.at - b.at)) {
    plain += text.slice(from, at) + mark;
    from = at;
  }
  return plain + text.slice(from);
}
