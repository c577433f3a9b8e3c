import { cleanText } from './foreign-text.ts';

const longestName = 300;

/** A name that somebody chose, fit to be shown in a list. */
export function toListedName(text: string): string {
  return cleanText(text).slice(0, longestName);
}

/** The first that says something; else the id. */
export function pickName(names: readonly (string | null | undefined)[], id: string): string {
  return toListedName(names.find((one) => typeof one === 'string' && one.trim() !== '') ?? id);
}
