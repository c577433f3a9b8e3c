/**
 * Text without what models see and readers do not: formatting, tag and private characters. Line breaks and tabs stay, and so do
 * joiners between letters that are not ASCII, where scripts and emoji need them. Linear.
 */
export function withoutInvisible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/(?![\u200c\u200d])[\p{Cf}\p{Co}\u{e0100}-\u{e01ef}]/gu, '')
    .replaceAll(/(?<=\p{ASCII}|^)[\u200c\u200d]+|[\u200c\u200d]+(?=\p{ASCII}|$)/gu, '')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}
