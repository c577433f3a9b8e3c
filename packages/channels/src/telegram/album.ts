import type { ChannelInbound, Clock, Door } from '@cuttle/core-types/ports';

/** Telegram does not say how many parts an album has; they come at once, or nearly. When none came for so long, it is whole. */
export const albumQuietMs = 700;

/**
 * The parts of an album as the one message that it is to people: known by its first part, with all that is attached, addressed to us where any
 * part is. Pure.
 */
export function mergeAlbum(parts: readonly ChannelInbound[]): ChannelInbound {
  const inOrder = parts.toSorted((a, b) => Number(a.messageId) - Number(b.messageId));
  const [first] = inOrder;
  if (!first) throw new TypeError('An album has parts.');
  const quoted = inOrder.find((part) => part.quoted !== undefined)?.quoted;
  const command = inOrder.find((part) => part.command !== undefined)?.command;
  if (inOrder.length === 1) return first;
  return {
    ...first,
    parts: inOrder,
    text: inOrder
      .map(({ text }) => text)
      .filter((text) => text !== '')
      .join('\n'),
    mentioned: inOrder.some(({ mentioned }) => mentioned),
    replyToUs: inOrder.some(({ replyToUs }) => replyToUs),
    ...(quoted && { quoted }),
    ...(command && { command }),
    media: inOrder.flatMap(({ media = [] }) => media),
  };
}

/**
 * Each part of an album comes in a request of its own. None is answered before the album is stored whole: what is cut before comes again.
 */
export function createAlbumTaker({
  clock,
}: {
  readonly clock: Pick<Clock, 'sleep'>;
}): (
  told: { readonly album: string; readonly part: ChannelInbound },
  door: Door,
  signal: AbortSignal,
) => Promise<void> {
  const open = new Map<string, { parts: Map<string, ChannelInbound>; stored: Promise<void> }>();
  return ({ album, part }, door, signal) => {
    const known = open.get(album);
    if (known) {
      known.parts.set(part.externalId, part);
      return known.stored;
    }
    const parts = new Map([[part.externalId, part]]);
    const store = async (): Promise<void> => {
      try {
        for (let seen = 0; seen < parts.size;) {
          seen = parts.size;
          await clock.sleep(albumQuietMs, signal);
        }
      } finally {
        open.delete(album);
      }
      await door.accept(mergeAlbum([...parts.values()]), signal);
    };
    const stored = store();
    open.set(album, { parts, stored });
    return stored;
  };
}
