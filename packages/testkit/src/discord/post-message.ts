import type { Json } from '@cuttle/core-types';
import type { AttachmentState, ChannelState, MessageState, UserState, World } from './world.ts';

export interface NewMessage {
  readonly channel: ChannelState;
  readonly author: UserState;
  readonly content: string;
  readonly type?: number | undefined;
  readonly embeds?: readonly Json[] | undefined;
  readonly components?: readonly Json[] | undefined;
  readonly attachments?: readonly AttachmentState[] | undefined;
  readonly replyTo?: string | undefined;
  readonly nonce?: string | number | undefined;
  readonly flags?: number | undefined;
  /** Whose names are called; all that the text names without it. */
  readonly mayMention?: (userId: string) => boolean;
}

/** A message comes to be; whoever hears of it is told by the caller. */
export function postMessage(world: World, input: NewMessage): MessageState {
  const { channel, content, mayMention = () => true } = input;
  const id = world.newId();
  const replied =
    input.replyTo === undefined ? undefined : world.findMessage(channel.id, input.replyTo);
  const named = mentionsOf(content).filter(mayMention);
  // Whoever is replied to is called, unless told otherwise.
  const all = replied && mayMention(replied.author.id) ? [...named, replied.author.id] : named;
  const message: MessageState = {
    id,
    channelId: channel.id,
    author: input.author,
    type: input.type ?? (input.replyTo === undefined ? 0 : 19),
    at: world.now(),
    content,
    editedAt: undefined,
    mentionIds: [...new Set(all)],
    mentionEveryone: /@(?:everyone|here)\b/.test(content) && mayMention('everyone'),
    embeds: input.embeds ?? [],
    components: input.components ?? [],
    attachments: input.attachments ?? [],
    replyTo: input.replyTo,
    nonce: input.nonce,
    flags: input.flags ?? 0,
    pinned: false,
    reactions: new Map(),
    deleted: false,
  };
  channel.messages.set(id, message);
  channel.lastMessageId = id;
  return message;
}

/** https://discord.com/developers/docs/reference#message-formatting */
export function mentionsOf(content: string): string[] {
  return [...content.matchAll(/<@!?(\d{1,20})>/g)].map(([, id = '']) => id);
}
