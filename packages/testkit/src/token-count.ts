/** Four characters to a token, rounded up: crude, but the same on every run and easy to compute in a test. */
export function countTokens(words: string): number {
  return Math.ceil(words.length / 4);
}
