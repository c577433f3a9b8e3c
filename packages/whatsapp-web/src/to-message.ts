import type { BridgeMedium, BridgeMessage } from '@cuttle/core-types/bridge';
import type { proto, WAMessage } from 'baileys';
import { isSelf, type Self, toChatId } from './address.ts';

type Content = proto.IMessage;

/**
 * A message of WhatsApp → its facts; undefined for what nobody said: reactions, receipts of keys, statuses, channels.
 * https://github.com/WhiskeySockets/Baileys/blob/v7.0.0-rc14/WAProto/WAProto.proto
 */
export function toBridgeMessage(wire: WAMessage, self: Self): BridgeMessage | undefined {
  const { key } = wire;
  const chatId = toChatId(key.remoteJid, key.remoteJidAlt);
  const content = unwrap(wire.message);
  if (chatId === undefined || content === undefined || !key.id) return undefined;
  const reaction = reactionIn(content);
  const edit = editOf(content);
  const said = edit ? edit.content : content;
  const spoken = reaction ? { text: '', media: [] } : readContent(said);
  if (spoken === undefined) return undefined;
  return {
    id: key.id,
    chat: { id: chatId, kind: chatId.endsWith('@g.us') ? 'group' : 'dm' },
    sender: senderOf(wire, { chatId, self }),
    own: key.fromMe === true,
    // Seconds, as a number or a class for long ones.
    at: Number(String(wire.messageTimestamp ?? 0)) * 1000,
    ...spoken,
    ...factsOf(said, self),
    ...(edit && { edits: edit.target }),
    ...(reaction && { reaction }),
  };
}

/** An emoji under a message of ours; whose it is Baileys has put into our words. One that is taken back has none. */
function reactionIn({ reactionMessage }: Content): BridgeMessage['reaction'] {
  const { key, text } = reactionMessage ?? {};
  return key?.fromMe === true && key.id && text ? { target: key.id, emoji: text } : undefined;
}

function senderOf(
  { key, pushName }: WAMessage,
  { chatId, self }: { readonly chatId: string; readonly self: Self },
): BridgeMessage['sender'] {
  const isGroup = chatId.endsWith('@g.us');
  const author = isGroup ? toChatId(key.participant, key.participantAlt) : chatId;
  const id = key.fromMe === true ? self.id : (author ?? 'unknown');
  return { id, ...(pushName && { name: pushName }) };
}

function factsOf(
  said: Content,
  self: Self,
): Pick<BridgeMessage, 'mentioned' | 'answersUs' | 'quoted'> {
  const context = contextOf(said);
  const quoted = quotedIn(context, self);
  return {
    mentioned: (context?.mentionedJid ?? []).some((jid) => isSelf(jid, self)),
    answersUs: Boolean(context?.stanzaId) && isSelf(context?.participant, self),
    ...(quoted && { quoted }),
  };
}

/** What is answered comes with the answer; its author is told by their number alone. */
function quotedIn(context: proto.IContextInfo | undefined, self: Self): BridgeMessage['quoted'] {
  const content = unwrap(context?.quotedMessage);
  const text = content && readContent(content)?.text;
  if (!text) return undefined;
  const { participant } = context ?? {};
  return isSelf(participant, self) ? { text } : { text, from: toChatId(participant) ?? 'somebody' };
}

/** Disappearing, seen once, with a caption: the same messages in an envelope. */
function unwrap(message: Content | null | undefined): Content | undefined {
  let inner = message ?? undefined;
  for (let depth = 0; depth < 5 && inner !== undefined; depth += 1) {
    const envelope =
      inner.ephemeralMessage ??
      inner.viewOnceMessage ??
      inner.viewOnceMessageV2 ??
      inner.viewOnceMessageV2Extension ??
      inner.documentWithCaptionMessage ??
      inner.editedMessage;
    if (!envelope?.message) break;
    inner = envelope.message;
  }
  return inner;
}

const messageEdit = 14;

function editOf({ protocolMessage }: Content): { target: string; content: Content } | undefined {
  const type: number | null | undefined = protocolMessage?.type;
  if (!protocolMessage || type !== messageEdit) return undefined;
  const content = unwrap(protocolMessage.editedMessage);
  const target = protocolMessage.key?.id;
  return target && content ? { target, content } : undefined;
}

const silent = new Set([
  'protocolMessage',
  'reactionMessage',
  'encReactionMessage',
  'pollUpdateMessage',
  'senderKeyDistributionMessage',
  'messageContextInfo',
  'keepInChatMessage',
  'pinInChatMessage',
]);

/** Words and files; undefined where a message holds neither. */
function readContent(content: Content): Pick<BridgeMessage, 'text' | 'media'> | undefined {
  const { conversation, extendedTextMessage: extended } = content;
  const words = conversation ?? extended?.text ?? undefined;
  if (words !== undefined && words !== '') return { text: words, media: [] };
  const medium = mediumOf(content);
  if (medium !== undefined) return { text: captionOf(content), media: [medium] };
  const kind = Object.entries(content).find(
    ([name, value]) => !silent.has(name) && typeof value === 'object' && value !== null,
  )?.[0];
  if (kind === undefined) return undefined;
  return { text: '', media: [{ kind: nameOf(kind) }] };
}

/** `liveLocationMessage` → `live location` */
function nameOf(kind: string): string {
  return kind
    .replace(/Message(?:V\d)?$/, '')
    .replaceAll(/([A-Z])/g, ' $1')
    .trim()
    .toLowerCase();
}

function captionOf({ imageMessage, videoMessage, documentMessage }: Content): string {
  return imageMessage?.caption ?? videoMessage?.caption ?? documentMessage?.caption ?? '';
}

interface WireFile {
  readonly mediaKey?: Uint8Array | null;
  readonly directPath?: string | null;
  readonly mimetype?: string | null;
  /** A number, or a class for long ones. */
  readonly fileLength?: { toString(): string } | null;
  readonly fileName?: string | null;
  readonly seconds?: number | null;
}

function mediumOf(content: Content): BridgeMedium | undefined {
  const { imageMessage, stickerMessage, audioMessage, videoMessage, documentMessage } = content;
  if (imageMessage) return toMedium('image', 'image', imageMessage);
  if (stickerMessage) return toMedium('sticker', 'sticker', stickerMessage);
  if (audioMessage)
    return toMedium(audioMessage.ptt === true ? 'voice' : 'audio', 'audio', audioMessage);
  if (videoMessage) return toMedium('video', 'video', videoMessage);
  if (documentMessage) return toMedium('document', 'document', documentMessage);
  return undefined;
}

/** The key opens this file and nothing else; without it nobody can read what WhatsApp holds. */
function toMedium(
  kind: string,
  type: string,
  { mediaKey, directPath, mimetype, fileLength, fileName, seconds }: WireFile,
): BridgeMedium {
  if (!mediaKey || !directPath) return { kind };
  const bytes = Number(fileLength?.toString() ?? Number.NaN);
  return {
    kind,
    ref: { type, directPath, mediaKey: Buffer.from(mediaKey).toString('base64') },
    ...(mimetype && { mimeType: mimetype }),
    ...(fileName && { name: fileName }),
    ...(bytes >= 0 && { bytes }),
    ...(seconds && seconds > 0 && { durationMs: seconds * 1000 }),
  };
}

/** What is answered and who is named stands beside the words of any kind of message. */
function contextOf(content: Content): proto.IContextInfo | undefined {
  const parts: readonly unknown[] = Object.values(content);
  for (const part of parts)
    if (typeof part === 'object' && part !== null && 'contextInfo' in part && part.contextInfo)
      return part.contextInfo; // of this name it is that everywhere
  return undefined;
}
