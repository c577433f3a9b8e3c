export { discordActions } from './actions.ts';
export { createDiscordChannel } from './channel.ts';
export { DiscordOptions } from './options.ts';
