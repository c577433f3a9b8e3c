export { telegramActions } from './actions.ts';
export { createTelegramChannel } from './channel.ts';
export { TelegramOptions } from './options.ts';
