/** Markdown as words to be heard or skimmed: without the signs around them. */
export function withoutSigns(text: string): string {
  return text.replace(/\*\*|__|`+|^#+ |^> ?|^\|[\s:|-]+\|$/gm, '');
}
