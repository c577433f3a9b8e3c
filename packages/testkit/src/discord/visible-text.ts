/**
 * The words a person reads of a message's Markdown: without marks, escapes and the addresses behind links.
 * https://support.discord.com/hc/en-us/articles/210298617
 */
export function readDiscordText(content: string): string {
  return content
    .split(/(```(?:[^\n`]*\n)?[\s\S]*?```|``[^\n]+?``|`[^`\n]+`)/)
    .map((piece, index) => (index % 2 === 1 ? readCode(piece) : readWords(piece)))
    .join('');
}

function readCode(piece: string): string {
  const fence = /^```(?:[^\n`]*\n)?([\s\S]*?)\n?```$/.exec(piece);
  return fence?.[1] ?? piece.replaceAll(/^`+ ?| ?`+$/g, '');
}

/** Where an escaped character stands meanwhile: in a range that nobody types. */
const hide = (_whole: string, character: string): string =>
  String.fromCodePoint(0xf_00_00 + (character.codePointAt(0) ?? 0));
const show = (character: string): string =>
  String.fromCodePoint((character.codePointAt(0) ?? 0) - 0xf_00_00);

function readWords(piece: string): string {
  return piece
    .replaceAll(/\\([!-/:-@[-`{-~])/g, hide)
    .replaceAll(/\[([^[\]]+)\]\((?:<[^>\n]*>|[^\s)]*)\)/g, '$1')
    .replaceAll(/<(https?:\/\/[^>\s]+)>/g, '$1')
    .replaceAll(/^(?:#{1,3}|-#) /gm, '')
    .replaceAll(/^>{1,3} /gm, '')
    .replaceAll(/\*|~~|\|\||__/g, '')
    .replaceAll(/(?<![\p{L}\p{N}])_(?=\S)|(?<=\S)_(?![\p{L}\p{N}])/gu, '')
    .replaceAll(/[\u{F0000}-\u{F007F}]/gu, show);
}
