/** A file that a person sends on WhatsApp. */
export interface FileInput {
  readonly kind: 'image' | 'voice' | 'audio' | 'video' | 'document' | 'sticker';
  readonly bytes: Uint8Array;
  readonly name?: string | undefined;
  /** What phones say of its kind without it. */
  readonly mimeType?: string | undefined;
}

const mimeTypes: Readonly<Record<FileInput['kind'], string>> = {
  image: 'image/jpeg',
  voice: 'audio/ogg; codecs=opus',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  document: 'application/octet-stream',
  sticker: 'image/webp',
};

export function mimeTypeOf({ mimeType, kind }: FileInput): string {
  return mimeType ?? mimeTypes[kind];
}
