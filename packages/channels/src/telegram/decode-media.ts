import { Json } from '@cuttle/core-types';
import type { ChannelMedia } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { WireMessage } from './wire.ts';

/** Fields of a message that hold something beside text. https://core.telegram.org/bots/api#message */
const files = [
  'document',
  'audio',
  'video',
  'voice',
  'video_note',
  'sticker',
  'animation',
] as const;
type FileKind = (typeof files)[number];
const others = [
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'story',
  'game',
  'invoice',
  'checklist',
] as const;

const WireFile = z.looseObject({
  file_id: z.string().min(1),
  // What is said of a file beside its id is not worth losing the message for.
  file_size: z.number().nullish().catch(undefined),
  mime_type: z.string().nullish().catch(undefined),
  file_name: z.string().nullish().catch(undefined),
  duration: z.number().nullish().catch(undefined),
});
type WireFile = z.infer<typeof WireFile>;
const WirePhoto = z.array(WireFile).nonempty();

/** What a file is sent as. Telegram makes photos, stickers, voice and video notes itself; the others are anybody's bytes. */
const sentAs: Readonly<
  Record<FileKind, { readonly type: 'image' | 'audio' | 'document'; readonly mimeType: string }>
> = {
  document: { type: 'document', mimeType: 'application/octet-stream' },
  audio: { type: 'audio', mimeType: 'audio/mpeg' },
  video: { type: 'document', mimeType: 'video/mp4' },
  voice: { type: 'audio', mimeType: 'audio/ogg' },
  video_note: { type: 'document', mimeType: 'video/mp4' },
  sticker: { type: 'image', mimeType: 'image/webp' },
  animation: { type: 'document', mimeType: 'video/mp4' },
};

/** What is attached: files by their id, other things by their kind. */
export function decodeMedia(message: WireMessage): ChannelMedia[] {
  const photo = WirePhoto.safeParse(message['photo']);
  const found: ChannelMedia[] = photo.success ? [toPhoto(photo.data)] : [];
  // An animation repeats itself as a document, for older bots.
  const kinds =
    message['animation'] === undefined ? files : files.filter((kind) => kind !== 'document');
  for (const kind of kinds) {
    const file = WireFile.safeParse(message[kind]);
    if (file.success) found.push(toMedia(kind, file.data));
  }
  // A venue repeats its place as a location.
  const rest =
    message['venue'] === undefined ? others : others.filter((kind) => kind !== 'location');
  for (const kind of rest) {
    const value = Json.safeParse(message[kind]);
    if (message[kind] !== undefined && value.success) found.push({ kind });
  }
  return found;
}

/** Sizes come in rising order; the last is the whole picture. */
function toPhoto(sizes: readonly WireFile[]): ChannelMedia {
  const file = sizes.at(-1);
  return {
    kind: 'photo',
    ...(file && { file: { ...factsOf(file), type: 'image', mimeType: 'image/jpeg' } }),
  };
}

function toMedia(kind: FileKind, file: WireFile): ChannelMedia {
  const { type, mimeType } = stickerForm(kind, file) ?? sentAs[kind];
  const voice = kind === 'voice' ? { voice: true } : {};
  return {
    kind: kind.replace('_', ' '),
    file: {
      ...factsOf(file),
      ...stickerName(kind, file),
      type,
      mimeType: clean(file.mime_type ?? mimeType),
      ...voice,
    },
  };
}

/** What a sticker stands for is known by its emoji, also where nobody can look at it. */
function stickerName(kind: FileKind, { emoji }: WireFile): { readonly name?: string } {
  return kind === 'sticker' && typeof emoji === 'string' && emoji !== ''
    ? { name: `sticker ${clean(emoji)}` }
    : {};
}

/** A sticker that moves is an animation or a film, and no picture. https://core.telegram.org/bots/api#sticker */
function stickerForm(
  kind: FileKind,
  file: WireFile,
): { readonly type: 'document'; readonly mimeType: string } | undefined {
  if (kind !== 'sticker') return undefined;
  if (file['is_animated'] === true)
    return { type: 'document', mimeType: 'application/x-tgsticker' };
  if (file['is_video'] === true) return { type: 'document', mimeType: 'video/webm' };
  return undefined;
}

type Facts = Pick<NonNullable<ChannelMedia['file']>, 'ref' | 'name' | 'bytes' | 'durationMs'>;

function factsOf({
  file_id: fileId,
  file_size: bytes,
  file_name: name,
  duration,
}: WireFile): Facts {
  return {
    ref: { fileId },
    ...(typeof name === 'string' && name !== '' && { name: clean(name) }),
    ...(isAmount(bytes) && { bytes: Math.round(bytes) }),
    ...(isAmount(duration) && { durationMs: Math.round(duration * 1000) }),
  };
}

function isAmount(value: number | null | undefined): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1e12;
}

/** Stores take neither lone surrogates nor NUL. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll('\0', ' ').slice(0, 300);
}
