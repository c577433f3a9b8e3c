export { createWhatsappChannel } from './channel.ts';
export { WhatsappOptions } from './options.ts';
