/**
 * About how many tokens a model counts for a text: four characters of Latin script each, of other scripts one and a half.
 * For budgets of what is put together; what a call costs is what the service says.
 */
export function estimateTokens(text: string): number {
  let plain = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x250) plain += 1;
  return Math.ceil(plain / 4 + (text.length - plain) / 1.5);
}
