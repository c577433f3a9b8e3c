import { createHash } from 'node:crypto';

/**
 * What stands for the encrypted content of a reasoning item. The real one is a Fernet token; ours is a hash of the item's
 * id, so that a server that was started anew still knows the items of the one before it.
 */
export function sealReasoning(itemId: string): string {
  const digest = createHash('sha256').update('cuttle testkit: ').update(itemId).digest('base64url');
  return `gAAAAAB${digest}`;
}

/** The id of an item that the model said with a reasoning before it. Neither goes back without the other. */
export function toFollowerId(prefix: string, reasoningId: string, place: number): string {
  return `${prefix}_${reasoningId.slice('rs_'.length)}R${String(place).padStart(2, '0')}`;
}

/** The reasoning that an item was said with, if any. */
export function reasoningIdOf(itemId: string): string | undefined {
  const tail = /^[a-z]+_(.+)R\d\d$/.exec(itemId)?.[1];
  return tail === undefined ? undefined : `rs_${tail}`;
}
