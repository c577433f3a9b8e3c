import { Json } from '@cuttle/core-types';
import type { ChannelInbound } from '@cuttle/core-types/ports';
import { z } from 'zod';
import type { WireMessage } from './wire.ts';

type Media = NonNullable<ChannelInbound['media']>[number];

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

const WireFile = z.looseObject({ file_id: z.string(), mime_type: z.string().nullish() });
const WirePhoto = z.array(WireFile).nonempty();

/** What is attached: files by their id, other things as they are. */
export function decodeMedia(message: WireMessage): Media[] {
  const photo = WirePhoto.safeParse(message['photo']);
  // Sizes come in rising order; the last is the whole picture.
  const found: Media[] = photo.success ? [toMedia('photo', photo.data.at(-1), 'image/jpeg')] : [];
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
    if (message[kind] !== undefined && value.success) found.push({ kind, ref: value.data });
  }
  return found;
}

function toMedia(
  kind: string,
  file: z.infer<typeof WireFile> | undefined,
  mimeType?: string,
): Media {
  const type = file?.mime_type ?? mimeType;
  return {
    kind,
    ...(type !== undefined && { mimeType: type }),
    ref: { fileId: file?.file_id ?? '' },
  };
}
