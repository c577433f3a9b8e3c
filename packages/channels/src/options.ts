export { AccountOptions } from './account-options.ts';
export { DiscordOptions } from './discord/options.ts';
export { SlackOptions } from './slack/options.ts';
export { TelegramOptions } from './telegram/options.ts';
export { WhatsappOptions } from './whatsapp/options.ts';
export { WhatsappWebOptions } from './whatsapp-web/options.ts';
