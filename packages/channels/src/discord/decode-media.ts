import type { ChannelMedia } from '@cuttle/core-types/ports';
import { cleanText } from '../foreign-text.ts';
import type { WireAttachment, WireMessage } from './wire.ts';

/** https://discord.com/developers/docs/resources/message#message-object-message-flags */
const voiceFlag = 1 << 13;

/** What is attached, to the message and to what it forwards: files by message and id, stickers as such. */
export function decodeMedia(message: WireMessage): ChannelMedia[] {
  const all = [message, ...(message.message_snapshots ?? []).map((snapshot) => snapshot.message)];
  return all.flatMap(({ attachments, sticker_items: stickers, flags }) => [
    ...(attachments ?? []).map((file) =>
      toMedia(file, { message, isVoice: ((flags ?? 0) & voiceFlag) !== 0 }),
    ),
    ...(stickers ?? []).map((): ChannelMedia => ({ kind: 'sticker' })),
  ]);
}

function toMedia(
  file: WireAttachment,
  { message, isVoice }: { readonly message: WireMessage; readonly isVoice: boolean },
): ChannelMedia {
  const stated = file.content_type?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const mimeType = /^[a-z]+\/[\w.+-]+$/.test(stated) ? stated : 'application/octet-stream';
  const name = cleanText(file.filename ?? '');
  const { kind, file: sort } = sortOf(file, mimeType, isVoice);
  return {
    kind,
    file: {
      ref: { channelId: message.channel_id, messageId: message.id, fileId: file.id },
      mimeType,
      ...(name !== '' && { name }),
      ...measuresOf(file),
      ...sort,
    },
  };
}

type File = NonNullable<ChannelMedia['file']>;

/** Discord measures what it can read as a picture; anything else but a voice message is bytes under a name. */
function sortOf(
  { width }: WireAttachment,
  mimeType: string,
  isVoice: boolean,
): { readonly kind: string; readonly file: Pick<File, 'type' | 'voice'> } {
  if (isVoice) return { kind: 'voice', file: { type: 'audio', voice: true } };
  if (mimeType.startsWith('image/') && typeof width === 'number')
    return { kind: 'photo', file: { type: 'image' } };
  return { kind: kindOf(mimeType), file: { type: 'document' } };
}

function measuresOf({
  size,
  duration_secs: seconds,
}: WireAttachment): Pick<File, 'bytes' | 'durationMs'> {
  return {
    ...(typeof size === 'number' && { bytes: size }),
    ...(typeof seconds === 'number' && { durationMs: Math.round(seconds * 1000) }),
  };
}

function kindOf(mimeType: string): string {
  const [major = ''] = mimeType.split('/', 1);
  return major === 'audio' || major === 'video' ? major : 'document';
}
