import type { Json } from '@cuttle/core-types';
import { encodeEventMessage } from './encode.ts';
import type { Sessions } from './sessions.ts';
import { intents, type WireDispatch } from './wire.ts';
import type { MessageState, World } from './world.ts';

/** Tells the bot's sessions what happened, as far as their intents reach. */
export interface Publisher {
  message(t: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: MessageState): WireDispatch | undefined;
  deleted(message: MessageState): WireDispatch | undefined;
  reaction(
    t: 'MESSAGE_REACTION_ADD' | 'MESSAGE_REACTION_REMOVE',
    input: { readonly message: MessageState; readonly userId: string; readonly emoji: string },
  ): WireDispatch | undefined;
  /** Channels, threads and guilds. */
  place(t: string, d: Json): WireDispatch | undefined;
  /** Needs no intent. */
  interaction(d: Json): WireDispatch | undefined;
}

export function createPublisher(deps: {
  world: World;
  sessions: Sessions;
  cdnUrl: () => string;
}): Publisher {
  const { world, sessions } = deps;
  const guildOf = (channelId: string): string | undefined => world.channels.get(channelId)?.guildId;
  return {
    message: (t, message) =>
      sessions.publish((granted) => {
        const guildId = guildOf(message.channelId);
        const needed = guildId === undefined ? intents.directMessages : intents.guildMessages;
        if ((granted & needed) === 0) return undefined;
        const wire = encodeEventMessage(world, message, deps.cdnUrl());
        const isShown =
          (granted & intents.messageContent) !== 0 ||
          guildId === undefined ||
          message.author.id === world.bot.id ||
          message.mentionIds.includes(world.bot.id);
        return { t, d: isShown ? wire : { ...wire, ...hidden } };
      }),
    deleted: (message) =>
      sessions.publish((granted) => {
        const guildId = guildOf(message.channelId);
        const needed = guildId === undefined ? intents.directMessages : intents.guildMessages;
        if ((granted & needed) === 0) return undefined;
        const place = guildId === undefined ? {} : { guild_id: guildId };
        return {
          t: 'MESSAGE_DELETE',
          d: { id: message.id, channel_id: message.channelId, ...place },
        };
      }),
    reaction: (t, { message, userId, emoji }) =>
      sessions.publish((granted) => {
        const guildId = guildOf(message.channelId);
        const needed =
          guildId === undefined ? intents.directMessageReactions : intents.guildMessageReactions;
        if ((granted & needed) === 0) return undefined;
        return {
          t,
          d: {
            user_id: userId,
            channel_id: message.channelId,
            message_id: message.id,
            message_author_id: message.author.id,
            emoji: { id: null, name: emoji },
            burst: false,
            type: 0,
            ...(guildId !== undefined && { guild_id: guildId }),
          },
        };
      }),
    place: (t, d) =>
      sessions.publish((granted) => ((granted & intents.guilds) === 0 ? undefined : { t, d })),
    interaction: (d) => sessions.publish(() => ({ t: 'INTERACTION_CREATE', d })),
  };
}

/** What is left out without the intent. https://discord.com/developers/docs/topics/gateway#message-content-intent */
const hidden = { content: '', embeds: [], attachments: [], components: [] };
