export { AccountOptions } from './account-options.ts';
export { TelegramOptions } from './telegram/options.ts';
