/** SHA-256 of a token in hex: what the store keeps of it. Tokens are random, so it needs no salt. */
export async function hashToken(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}
