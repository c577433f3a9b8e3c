import type { BridgeHost } from './bridge/bridge-host.ts';
import type { BridgeHostOptions } from './bridge/create-bridge-host.ts';
import { defineChannel } from './channel-definition.ts';
import { DiscordOptions } from './discord/options.ts';
import { SlackOptions } from './slack/options.ts';
import { TelegramOptions } from './telegram/options.ts';
import { WhatsappOptions } from './whatsapp/options.ts';
import { WhatsappWebOptions } from './whatsapp-web/options.ts';

export type { BridgeHost, BridgeProgram } from './bridge/bridge-host.ts';
export type { BridgeHostOptions } from './bridge/create-bridge-host.ts';
export { AccountOptions } from './account-options.ts';
export { type ChannelDefinition, type ChannelDeps, defineChannel } from './channel-definition.ts';

/** Only the settings are loaded with this module: renderer and SDK come with `load()`. */
export const telegram = defineChannel({
  id: 'telegram',
  options: TelegramOptions,
  load: async () => (await import('./telegram/channel.ts')).createTelegramChannel,
});

/** Only the settings are loaded with this module. */
export const discord = defineChannel({
  id: 'discord',
  options: DiscordOptions,
  load: async () => (await import('./discord/channel.ts')).createDiscordChannel,
});

/** Only the settings are loaded with this module. */
export const whatsapp = defineChannel({
  id: 'whatsapp',
  options: WhatsappOptions,
  load: async () => (await import('./whatsapp/channel.ts')).createWhatsappChannel,
});

/** Only the settings are loaded with this module. */
export const whatsappWeb = defineChannel({
  id: 'whatsapp-web',
  options: WhatsappWebOptions,
  hasBridge: true,
  load: async () => (await import('./whatsapp-web/channel.ts')).createWhatsappWebChannel,
});

/** Starts the programs of one account as children of this process. */
export async function openBridgeHost(options: BridgeHostOptions): Promise<BridgeHost> {
  return (await import('./bridge/create-bridge-host.ts')).createBridgeHost(options);
}

/** Only the settings are loaded with this module. */
export const slack = defineChannel({
  id: 'slack',
  options: SlackOptions,
  load: async () => (await import('./slack/channel.ts')).createSlackChannel,
});
