import type { Dialect } from './dialect.ts';
import { toTelegramHtml } from './telegram-html.ts';

/**
 * Telegram's HTML: 4,096 UTF-16 units after entity parsing, less room for the mark of a repetition; the server keeps 100
 * entities. https://core.telegram.org/bots/api#sendmessage
 */
export const telegramDialect: Dialect = {
  write: toTelegramHtml,
  limits: { maxLength: 4000, maxSpans: 90 },
};
