import type { BridgeMedium, BridgeMessage } from '@cuttle/core-types/bridge';
import type { ChannelInbound, ChannelMedia } from '@cuttle/core-types/ports';
import { cleanText } from '../foreign-text.ts';
import { findCommand } from '../slash-command.ts';

/** A message → its facts; undefined for one that the account wrote itself. */
export function decodeMessage(message: BridgeMessage): ChannelInbound | undefined {
  const { id, chat, sender, own, edits, at, mentioned, answersUs, quoted, reaction } = message;
  if (own) return undefined;
  if (reaction) return decodeReaction(message, reaction);
  const text = cleanText(message.text);
  const command = findCommand(text);
  const media = message.media.map(toMedium);
  return {
    ...factsOf(message),
    // A sender chooses the ids of their messages, and could choose those of another.
    externalId: [chat.id, sender.id, ...(edits === undefined ? [id] : [edits, 'edit', id])].join(
      ':',
    ),
    kind: edits === undefined ? 'message' : 'edit',
    messageId: edits ?? id,
    text,
    mentioned,
    replyToUs: answersUs,
    ...(quoted && { quoted: toQuoted(quoted) }),
    ...(command && { command }),
    ...(media.length > 0 && { media }),
    at,
  };
}

/** Whose the message is the gateway finds out. */
function decodeReaction(
  message: BridgeMessage,
  { target, emoji }: NonNullable<BridgeMessage['reaction']>,
): ChannelInbound {
  const { id, chat, sender, at } = message;
  return {
    ...factsOf(message),
    externalId: [chat.id, sender.id, target, 'reaction', id].join(':'),
    kind: 'reaction',
    messageId: target,
    text: '',
    reaction: cleanText(emoji).slice(0, 60),
    mentioned: false,
    replyToUs: true,
    at,
  };
}

function factsOf({
  chat,
  sender,
}: BridgeMessage): Pick<ChannelInbound, 'target' | 'chat' | 'sender'> {
  const name = cleanText(sender.name ?? '').slice(0, 300);
  const title = cleanText(chat.title ?? '').slice(0, 300);
  return {
    target: { chat: chat.id },
    chat: { id: chat.id, kind: chat.kind, ...(title !== '' && { title }) },
    sender: { id: sender.id, name: name === '' ? sender.id : name, isBot: false },
  };
}

function toQuoted({
  text,
  from,
}: NonNullable<BridgeMessage['quoted']>): NonNullable<ChannelInbound['quoted']> {
  return { text: cleanText(text), from: from === undefined ? undefined : cleanText(from) };
}

/** What a file is sent as: the platform makes pictures, stickers and voice itself; the rest is anybody's bytes. */
const sentAs = {
  image: { type: 'image', mimeType: 'image/jpeg' },
  sticker: { type: 'image', mimeType: 'image/webp' },
  voice: { type: 'audio', mimeType: 'audio/ogg' },
  audio: { type: 'audio', mimeType: 'audio/mpeg' },
  video: { type: 'document', mimeType: 'video/mp4' },
  document: { type: 'document', mimeType: 'application/octet-stream' },
} as const satisfies Readonly<
  Record<string, { readonly type: 'image' | 'audio' | 'document'; readonly mimeType: string }>
>;

const isFileKind = (kind: string): kind is keyof typeof sentAs => Object.hasOwn(sentAs, kind);

function toMedium({ kind, ref, mimeType, name, bytes, durationMs }: BridgeMedium): ChannelMedia {
  const shown = cleanText(kind).slice(0, 60);
  if (ref === undefined || !isFileKind(kind)) return { kind: shown };
  const known = sentAs[kind];
  return {
    kind: shown,
    file: {
      ref: { file: ref },
      type: known.type,
      // "audio/ogg; codecs=opus"
      mimeType: (/^[\w.+-]+\/[\w.+-]+/.exec(mimeType ?? '')?.[0] ?? known.mimeType).toLowerCase(),
      ...(name !== undefined && { name: cleanText(name).slice(0, 300) }),
      ...(bytes !== undefined && { bytes }),
      ...(durationMs !== undefined && { durationMs }),
      ...(kind === 'voice' && { voice: true }),
    },
  };
}
