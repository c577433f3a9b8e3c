export { createTelegramChannel } from './channel.ts';
export { TelegramOptions } from './options.ts';
