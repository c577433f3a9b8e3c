import { defineChannel } from './channel-definition.ts';
import { TelegramOptions } from './telegram/options.ts';

export { AccountOptions } from './account-options.ts';
export { type ChannelDefinition, type ChannelDeps, defineChannel } from './channel-definition.ts';
export { parseMarkdown, plainRichText } from './markdown/parse-markdown.ts';
export { toPlainText } from './markdown/plain-text.ts';
export type { RichText, Span, Style } from './markdown/rich-text.ts';
export { splitRichText, type SplitLimits } from './markdown/split-rich-text.ts';

export const telegram = defineChannel({
  id: 'telegram',
  options: TelegramOptions,
  load: async () => (await import('./telegram/channel.ts')).createTelegramChannel,
});
