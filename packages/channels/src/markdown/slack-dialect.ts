import type { Dialect } from './dialect.ts';
import { huggingMark, protectWords, separateMarks } from './hugging-marks.ts';
import { isSameAddress } from './link.ts';
import { type MarkSyntax, zeroWidth } from './mark-syntax.ts';
import { spellLinks } from './spell-links.ts';
import { writeMarks } from './write-marks.ts';

/** Slack's mrkdwn; mentions and channels in the words stay words. https://docs.slack.dev/messaging/formatting-message-text */
export const slackDialect: Dialect = {
  write: (rich) => writeMarks(rich, slackSyntax),
  prepare: (rich) => spellLinks(rich, (url) => url.length > maxAddress),
  limits: {
    // A section's text holds 3,000 characters, an edited message's 4,000; a part fits either, with room for the mark of a
    // repetition. https://docs.slack.dev/reference/block-kit/blocks/section-block https://docs.slack.dev/reference/methods/chat.update
    maxLength: 2900,
    maxSpans: Number.POSITIVE_INFINITY,
    measure: (rich) => writeMarks(rich, slackSyntax).length,
  },
};

const maxAddress = 1000;

const slackSyntax: MarkSyntax = {
  mark: huggingMark,
  escape(words, around) {
    const safe = escapeReferences(protectWords(words, around));
    return around.opensLine ? safe.replace(/^\s*&gt;/, `${zeroWidth}$&`) : safe;
  },
  address: escapeReferences,
  code: (words) => (words.includes('`') ? undefined : `\`${escapeReferences(words)}\``),
  fence: (words) =>
    `\`\`\`\n${escapeReferences(words.replaceAll('``', `\`${zeroWidth}\``))}\n\`\`\``,
  link(words, url) {
    const address = escapeReferences(url.replaceAll('|', '%7C'));
    return isSameAddress(words, url)
      ? `<${escapeReferences(words)}>`
      : `<${address}|${escapeReferences(words)}>`;
  },
  between: separateMarks,
};

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeReferences(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
