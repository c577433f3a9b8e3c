import type { RawEntity, RawEntityType } from './raw-entity.ts';

/** What the server recognises by itself in any text: mentions, commands, tags, addresses. Sorted, not overlapping. */
export function findEntities(text: string): RawEntity[] {
  const found: RawEntity[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const offset = match.index + (match[1]?.length ?? 0);
      const length = match[0].length - (match[1]?.length ?? 0);
      if (length > 0) found.push({ type, offset, length });
    }
  }
  found.sort((a, b) => a.offset - b.offset || b.length - a.length);
  let end = 0;
  return found.filter((entity) => {
    if (entity.offset < end) return false;
    end = entity.offset + entity.length;
    return true;
  });
}

// The first group is what must stand before and is not part of the entity.
const patterns: readonly (readonly [RawEntityType, RegExp])[] = [
  ['Mention', /(^|[^\w@/])@[a-z][a-z0-9_]{2,31}(?![\w@])/gim],
  ['BotCommand', /(^|[^\w/<>])\/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\w/])/gim],
  ['Hashtag', /(^|[^\p{L}\p{N}_#@&])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gmu],
  ['Cashtag', /(^|[^\w$])\$[A-Z]{3,8}(?!\w)/gm],
  ['EmailAddress', /(^|[^\w.+-])[\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/gim],
  ['Url', /(^|[^\w@.-])(?:https?|ftp):\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}*_~]/gim],
  [
    'Url',
    /(^|[^\w@./:-])(?:[a-z0-9-]{1,63}\.)+(?:com|org|net|io|dev|app|me|ru|de|uk|eu|info|co)(?![\w-]|\.\w)(?:\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}*_~])?/gim,
  ],
];
