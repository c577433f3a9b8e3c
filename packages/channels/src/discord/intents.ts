import type { DiscordOptions } from './options.ts';

/** https://discord.com/developers/docs/topics/gateway#list-of-intents */
const guilds = 1 << 0;
const guildMessages = 1 << 9;
const directMessages = 1 << 12;
const reactions = (1 << 10) | (1 << 13);
/** Privileged: the owner switches it on in the portal. */
const messageContent = 1 << 15;

export function intentsFor(
  options: Pick<DiscordOptions, 'messageContent' | 'reactionNotifications'>,
): number {
  const words = options.messageContent ? messageContent : 0;
  const marks = options.reactionNotifications === 'off' ? 0 : reactions;
  return guilds | guildMessages | directMessages | words | marks;
}

/** https://discord.com/developers/docs/topics/gateway-events#update-presence */
export function presenceOf({ presence }: Pick<DiscordOptions, 'presence'>): object {
  const { status, activity } = presence;
  // A custom status: its line stands in `state`.
  const shown = activity === undefined ? [] : [{ name: 'Custom Status', type: 4, state: activity }];
  return { status, afk: false, since: null, activities: shown };
}
