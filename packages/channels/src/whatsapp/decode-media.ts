import type { ChannelMedia } from '@cuttle/core-types/ports';
import { z } from 'zod';
import { cleanText } from '../foreign-text.ts';
import type { WireMessage } from './wire.ts';

/** https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/image and its neighbours */
const WireFile = z.looseObject({
  id: z.string().min(1),
  mime_type: z.string().optional().catch(undefined),
  filename: z.string().optional().catch(undefined),
  caption: z.string().optional().catch(undefined),
  voice: z.boolean().optional().catch(undefined),
});

type FileKind = 'image' | 'sticker' | 'audio' | 'video' | 'document';

/** What a file is sent as. WhatsApp makes pictures, stickers and voice itself; a document is anybody's bytes. */
const sentAs: Readonly<
  Record<FileKind, { readonly type: 'image' | 'audio' | 'document'; readonly mimeType: string }>
> = {
  image: { type: 'image', mimeType: 'image/jpeg' },
  sticker: { type: 'image', mimeType: 'image/webp' },
  audio: { type: 'audio', mimeType: 'audio/ogg' },
  video: { type: 'document', mimeType: 'video/mp4' },
  document: { type: 'document', mimeType: 'application/octet-stream' },
};

const isFileKind = (type: string): type is FileKind => Object.hasOwn(sentAs, type);

/** What a message holds beside its words, with the caption; nothing for a text. */
export function decodeMedia(message: WireMessage): { media: ChannelMedia[]; caption: string } {
  const { type } = message;
  if (type === 'text' || type === 'button') return { media: [], caption: '' };
  const file = isFileKind(type) ? WireFile.safeParse(message[type]) : undefined;
  if (!isFileKind(type) || file?.success !== true)
    return { media: [{ kind: kindOf(type) }], caption: '' };
  return { media: [toMedium(type, file.data)], caption: cleanText(file.data.caption ?? '') };
}

function toMedium(
  kind: FileKind,
  { id, mime_type: stated, filename, voice }: z.infer<typeof WireFile>,
): ChannelMedia {
  const { type, mimeType } = sentAs[kind];
  const isVoice = kind === 'audio' && voice === true;
  return {
    kind: isVoice ? 'voice' : kind,
    file: {
      ref: { mediaId: id },
      type,
      // "audio/ogg; codecs=opus"
      mimeType: (/^[\w.+-]+\/[\w.+-]+/.exec(stated ?? '')?.[0] ?? mimeType).toLowerCase(),
      ...(filename !== undefined && { name: cleanText(filename).slice(0, 300) }),
      ...(isVoice && { voice: true }),
    },
  };
}

/** Edits, polls and what else the API does not pass on come as `unsupported`. */
function kindOf(type: string): string {
  return type === 'unsupported' || type === 'unknown'
    ? 'message that WhatsApp does not pass on'
    : cleanText(type).replaceAll('_', ' ').slice(0, 60);
}
