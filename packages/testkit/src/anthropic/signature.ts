import { createHash } from 'node:crypto';

/**
 * The proof that a thinking block is the service's own. The real one is encrypted; ours is a hash of
 * the text, so that a server that was started anew still knows the blocks of the one before it.
 */
export function signThinking(words: string): string {
  const digest = createHash('sha256').update('cuttle testkit: ').update(words).digest('base64');
  return `EqoBCkYI${digest}`;
}
