import type { InboundBody, Json, UserPart } from '@cuttle/core-types';
import type { ChannelInbound, ChannelMedia } from '@cuttle/core-types/ports';
import { textFor } from '@cuttle/core-types/texts';
import type { ChannelAccount } from './kernel.ts';

/** A message of a messenger before it is a row. */
interface Said {
  readonly event: ChannelInbound;
  /** What it says, in words. */
  readonly text: string;
  readonly inboundId: string;
  readonly account: Pick<ChannelAccount, 'accountId'>;
}

/** A file by the platform's own name for it; what has none by its kind. */
export function toHashed({ kind, file }: ChannelMedia): Json {
  return file?.ref ?? kind;
}

/** Parts of one message: platforms send few, and nobody else's word is taken for it. */
const mostMedia = 20;

/** Files are named, and fetched when a run begins with them: a message waits for no download, and nothing is fetched for strangers. */
export function toInboundBody(
  { event, text, inboundId, account }: Said,
  voice: string | undefined,
): InboundBody {
  const media = (event.media ?? []).slice(0, mostMedia);
  const { accountId } = account;
  const held = media.flatMap(({ file }, index) =>
    file ? [toHeldPart(file, { inboundId, index, accountId })] : [],
  );
  const unread = media.flatMap(({ kind, file }) =>
    file ? [] : [textFor('media.unread', { kind })],
  );
  const words = [quoteOf(event), text, ...unread].filter((line) => line !== '').join('\n');
  const name = event.chat.kind === 'group' ? event.sender.name : undefined;
  return {
    v: 1,
    parts: [...(words === '' ? [] : [{ type: 'text' as const, text: words }]), ...held],
    ...(name !== undefined && { senderName: name }),
    ...(event.parts && { merged: event.parts.length }),
    ...(voice !== undefined && { voice }),
    ...(isAMessage(event) && { messageId: event.messageId, senderId: event.sender.id }),
  };
}

const mostQuoted = 300;

/** What is answered, in one line: people say "that one" and mean it. */
function quoteOf({ quoted, command }: ChannelInbound): string {
  const words = quoted?.text.replaceAll(/\s+/g, ' ').trim() ?? '';
  if (!quoted || words === '' || command !== undefined) return '';
  const text = words.length > mostQuoted ? `${words.slice(0, mostQuoted - 1)}…` : words;
  return textFor('inbound.quoted', {
    who: quoted.from ?? 'your message',
    text: text.toWellFormed(),
  });
}

/** Of a press it is the message with the button, and a command may be none that others see. */
function isAMessage({ kind, command }: ChannelInbound): boolean {
  return kind === 'message' && command === undefined;
}

function toHeldPart(
  { ref, type, mimeType, name, bytes, durationMs, voice }: NonNullable<ChannelMedia['file']>,
  place: { readonly inboundId: string; readonly index: number; readonly accountId: string },
): UserPart {
  const source = { kind: 'channel', ...place, ref, ...(bytes !== undefined && { bytes }) } as const;
  const part = { mimeType, source, ...(name !== undefined && { name }) };
  if (type !== 'audio') return { type, ...part };
  return {
    type,
    ...part,
    ...(durationMs !== undefined && { durationMs }),
    ...(voice !== undefined && { voice }),
  };
}
