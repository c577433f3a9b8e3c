export { whatsappActions } from './actions.ts';
export { createWhatsappChannel } from './channel.ts';
export { WhatsappOptions } from './options.ts';
