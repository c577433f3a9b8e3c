import type { Dialect } from './dialect.ts';
import { huggingMark, protectWords, separateMarks } from './hugging-marks.ts';
import { type MarkSyntax, zeroWidth } from './mark-syntax.ts';
import { spellLinks } from './spell-links.ts';
import { writeMarks } from './write-marks.ts';

/** The text of a WhatsApp message. It has no links with words: an address follows them. https://faq.whatsapp.com/539178204879377 */
export const whatsappDialect: Dialect = {
  write: (rich) => writeMarks(rich, whatsappSyntax),
  prepare: (rich) => spellLinks(rich, () => true),
  limits: {
    // 4,096 characters, less room for the mark of a repetition.
    // https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages
    maxLength: 4000,
    maxSpans: Number.POSITIVE_INFINITY,
    measure: (rich) => writeMarks(rich, whatsappSyntax).length,
  },
};

const whatsappSyntax: MarkSyntax = {
  mark: huggingMark,
  escape(words, around) {
    const safe = protectWords(words, around);
    return around.opensLine ? safe.replace(/^\s*[>*-](?=\s)/, `${zeroWidth}$&`) : safe;
  },
  address: (url) => url,
  code: (words) => (words.includes('`') ? undefined : `\`${words}\``),
  fence: (words) => `\`\`\`\n${words.replaceAll('``', `\`${zeroWidth}\``)}\n\`\`\``,
  between: separateMarks,
};
