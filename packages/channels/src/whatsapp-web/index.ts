export { whatsappWebActions } from './actions.ts';
export { createWhatsappWebChannel } from './channel.ts';
export { WhatsappWebOptions } from './options.ts';
