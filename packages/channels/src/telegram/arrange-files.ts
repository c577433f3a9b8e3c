import type { OutboundFile } from '@cuttle/core-types/ports';

/** What a file is sent as. https://core.telegram.org/bots/api#sending-files */
export const sentKinds = ['photo', 'animation', 'audio', 'voice', 'video', 'document'] as const;
export type SentKind = (typeof sentKinds)[number];

/** "50 MB max size for other files", which is also the most of one request. */
export const maxUploadBytes = 50 * 1024 * 1024;
/** "10 MB max size for photos". */
const maxPhotoBytes = 10 * 1024 * 1024;
/** https://core.telegram.org/bots/api#sendmediagroup */
const mostInAlbum = 10;

const kinds: Readonly<Record<string, SentKind>> = {
  'image/jpeg': 'photo',
  'image/png': 'photo',
  'image/webp': 'photo',
  'image/gif': 'animation',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/ogg': 'voice',
  'video/mp4': 'video',
};

export function sentKindOf({ mimeType, bytes }: OutboundFile): SentKind {
  const kind = kinds[mimeType] ?? 'document';
  return kind === 'photo' && bytes > maxPhotoBytes ? 'document' : kind;
}

/** Files of one message each, and albums of photos and videos that stand next to each other. */
export function arrangeFiles(files: readonly OutboundFile[]): readonly (readonly OutboundFile[])[] {
  const groups: OutboundFile[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    if (last && fitsAlbum(last, file)) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

function fitsAlbum(album: readonly OutboundFile[], file: OutboundFile): boolean {
  const bytes = album.reduce((sum, one) => sum + one.bytes, file.bytes);
  return (
    album.length < mostInAlbum && bytes <= maxUploadBytes && [...album, file].every(isOfAlbums)
  );
}

function isOfAlbums(file: OutboundFile): boolean {
  const kind = sentKindOf(file);
  return kind === 'photo' || kind === 'video';
}
