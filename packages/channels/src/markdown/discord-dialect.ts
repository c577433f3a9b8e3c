import type { Dialect } from './dialect.ts';
import { isSameAddress } from './link.ts';
import { type MarkSyntax, type MarkToken, type Surroundings, zeroWidth } from './mark-syntax.ts';
import { spellLinks } from './spell-links.ts';
import { writeMarks } from './write-marks.ts';

/**
 * Discord's Markdown. Mentions, emoji and times in the words stay words; `@everyone` has no escape, so a message is sent
 * with `allowed_mentions: { parse: [] }`. https://support.discord.com/hc/en-us/articles/210298617
 */
export const discordDialect: Dialect = {
  write: (rich) => writeMarks(rich, discordSyntax),
  prepare: (rich) => spellLinks(rich, (url) => url.length > maxAddress),
  limits: {
    // 2,000 characters, less room for the mark of a repetition. https://discord.com/developers/docs/resources/message#create-message
    maxLength: 1930,
    maxSpans: Number.POSITIVE_INFINITY,
    measure: (rich) => writeMarks(rich, discordSyntax).length,
  },
};

/** A longer one leaves no room for words. */
const maxAddress = 1000;

const discordSyntax: MarkSyntax = {
  mark({ kind }, after) {
    switch (kind) {
      case 'bold':
      case 'heading':
        return '**';
      case 'italic':
        // `_` marks nothing before a letter; `*` does, but is no mark beside another `*`.
        return /\w/.test(after) ? '*' : '_';
      case 'strike':
        return '~~';
      case 'spoiler':
        return '||';
      case 'marker':
      case 'quote':
      case 'code':
      case 'block-code':
      case 'link':
        return undefined;
    }
  },
  heading: (level) => (level <= 3 ? `${'#'.repeat(level)} ` : undefined),
  marker: (marker) => (marker === '•' ? '-' : marker),
  escape: escapeWords,
  address: (url) => url,
  code: writeCode,
  fence: (words, language) =>
    `\`\`\`${language}\n${words.replaceAll('``', `\`${zeroWidth}\``)}\n\`\`\``,
  link: writeLink,
  between: separate,
};

const special = /[\\*`[]|~(?=~)|(?<=~)~|\|(?=\|)|(?<=\|)\||<(?=\S)/g;
const underscore = /(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
/** What makes a heading, a list or a quotation of a line. */
const lineOpener = /^(\s*)(?=(?:#{1,3}|-#|[-+])(?:\s|$)|>)/;
const lineNumber = /^(\s*\d+)(?=[.)](?:\s|$))/;

function escapeWords(words: string, { opensLine, marks }: Surroundings): string {
  const escaped = words
    .replaceAll(special, String.raw`\$&`)
    .replaceAll(marks.includes('_') ? /_/g : underscore, String.raw`\_`);
  if (!opensLine) return escaped;
  return escaped.replace(lineOpener, '$1\\').replace(lineNumber, '$1\\');
}

/** One pair of marks, or two around words with a mark. */
function writeCode(words: string): string {
  if (!words.includes('`')) return `\`${words}\``;
  const inner = words.replaceAll('``', `\`${zeroWidth}\``);
  return `\`\`${inner.startsWith('`') ? ' ' : ''}${inner}${inner.endsWith('`') ? ' ' : ''}\`\``;
}

/** Words with brackets that do not pair, or that look like another address, are no link for Discord. */
function writeLink(words: string, url: string): string {
  if (isSameAddress(words, url)) return `<${words}>`;
  const label = words
    .replaceAll(/[\\*_`~|<[\]]/g, String.raw`\$&`)
    .replaceAll('://', `:${zeroWidth}//`);
  const address = url.replaceAll('(', '%28').replaceAll(')', '%29');
  return /^(?:[^[\]]|\[[^[\]]*\])*$/.test(words)
    ? `[${label}](${address})`
    : `${label} (<${address}>)`;
}

function separate(left: MarkToken, right: MarkToken): string {
  const [before, after] = [left.text.slice(-1), right.text.charAt(0)];
  const isOneMark = before === after && /[*_~|`]/.test(after);
  // Struck words are none before an underscore.
  return isOneMark || (before === '~' && after === '_') ? zeroWidth : '';
}
