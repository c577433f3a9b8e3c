/** Formatting characters, tag characters and the like: seen by models, not by readers. Line breaks and tabs stay. */
export function withoutInvisible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cf}\p{Co}\u{e0100}-\u{e01ef}]/gu, '')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}
