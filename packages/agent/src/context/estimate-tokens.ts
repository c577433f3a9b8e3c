import { estimateText, familyRates } from './token-rates.ts';

const rates = familyRates('other');

/** Tokens of a text for budgets of what is put together before a model is chosen: as the family that counts most would count it. */
export function estimateTokens(text: string): number {
  return estimateText(text, rates);
}
