import { timingSafeEqual } from 'node:crypto';

/** Whether two words are the same, in time that tells nothing of either. */
export async function isSameSecret(given: string, expected: string): Promise<boolean> {
  const [left, right] = await Promise.all([digest(given), digest(expected)]);
  return timingSafeEqual(left, right);
}

/** SHA-256 */
export async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
