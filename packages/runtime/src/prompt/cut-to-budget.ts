import { estimateTokens } from '@cuttle/agent';

/** The beginning of a text that fits, with a clear mark of what is missing. `left` counts what was not even read. */
export function cutToBudget(
  text: string,
  { tokens, what, left = 0 }: { tokens: number; what: string; left?: number },
): { readonly text: string; readonly isCut: boolean } {
  if (left === 0 && estimateTokens(text) <= tokens) return { text, isCut: false };
  let fits = 0;
  let beyond = text.length + 1;
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2);
    if (estimateTokens(text.slice(0, middle)) <= tokens) fits = middle;
    else beyond = middle;
  }
  const kept = text.slice(0, atBoundary(text, fits));
  const missing = text.length - kept.length + left;
  return {
    text: `${kept}\n[… ${what} is cut here: ${missing} more characters are left out]`,
    isCut: true,
  };
}

/** The end of a line, where one is near; never half of a character. */
function atBoundary(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const line = text.lastIndexOf('\n', at);
  if (line > at * 0.8) return line;
  const isHalf = /[\udc00-\udfff]/.test(text.charAt(at));
  return isHalf ? at - 1 : at;
}
