import { toDateFormat } from './date-format.ts';
import { badRequest } from './failure.ts';
import { toCheckedLink } from './link.ts';
import { normalizeText } from './normalize-text.ts';
import { parseHtml } from './parse-html.ts';
import { parseMarkdownV2 } from './parse-markdown-v2.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { ParseFailure, type ParsedText, type RawEntity, type RawEntityType } from './raw-entity.ts';
import type { WireEntity, WireUser } from './wire.ts';

export interface TextInput {
  readonly text: string;
  readonly parseMode?: string | undefined;
  readonly entities?: readonly WireEntity[] | undefined;
}

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly WireEntity[];
}

/**
 * Text and entities as Telegram stores them. Throws `TelegramFailure` 400 `can't parse entities: …` as the real server
 * does; the caller checks emptiness and length (UTF-16 units of the result).
 */
export function parseText(
  input: TextInput,
  findUser: (id: number) => WireUser | undefined = () => undefined,
): FormattedText {
  if (!input.text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8');
  const { text, entities } = normalizeText(parse(input));
  return { text, entities: entities.flatMap((entity) => toWire(entity, findUser)) };
}

function parse({ text, parseMode, entities }: TextInput): ParsedText {
  const mode = (parseMode ?? '').toLowerCase();
  if (mode === '' || mode === 'none')
    return { text, entities: (entities ?? []).map((entity) => fromWire(entity, text)) };
  const parser = parsers[mode];
  if (parser === undefined) throw badRequest('unsupported parse_mode');
  try {
    return parser(text);
  } catch (error) {
    if (error instanceof ParseFailure) throw badRequest(`can't parse entities: ${error.message}`);
    throw error;
  }
}

const parsers: Readonly<Record<string, (text: string) => ParsedText>> = {
  html: parseHtml,
  markdownv2: parseMarkdownV2,
  markdown: parseMarkdown,
};

const names: Readonly<Record<RawEntityType, string>> = {
  Mention: 'mention',
  Hashtag: 'hashtag',
  Cashtag: 'cashtag',
  BotCommand: 'bot_command',
  Url: 'url',
  EmailAddress: 'email',
  PhoneNumber: 'phone_number',
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  BlockQuote: 'blockquote',
  ExpandableBlockQuote: 'expandable_blockquote',
  Code: 'code',
  Pre: 'pre',
  PreCode: 'pre',
  TextUrl: 'text_link',
  TextMention: 'text_mention',
  CustomEmoji: 'custom_emoji',
  FormattedDate: 'date_time',
};

function toWire(entity: RawEntity, findUser: (id: number) => WireUser | undefined): WireEntity[] {
  const base = { type: names[entity.type], offset: entity.offset, length: entity.length };
  const { argument = '', customEmojiId = '', unix = 0, dateFlags = 0, userId = 0 } = entity;
  if (entity.type === 'TextUrl') return [{ ...base, url: argument }];
  if (entity.type === 'PreCode') return [{ ...base, language: argument }];
  if (entity.type === 'CustomEmoji') return [{ ...base, custom_emoji_id: customEmojiId }];
  if (entity.type === 'FormattedDate')
    return [{ ...base, unix_time: unix, date_time_format: toDateFormat(dateFlags) }];
  if (entity.type !== 'TextMention') return [base];
  const user = findUser(userId);
  return user === undefined ? [] : [{ ...base, user }];
}

function fromWire(entity: WireEntity, text: string): RawEntity {
  checkRange(entity, text);
  const { offset, length, url = '', language = '', custom_emoji_id: customEmojiId = '' } = entity;
  const type = types.get(entity.type);
  if (type === undefined) throw badRequest("can't parse MessageEntity: Unsupported type specified");
  if (type === 'TextUrl') return { type, offset, length, argument: checkedLink(url) };
  if (type === 'TextMention') return { type, offset, length, userId: entity.user?.id ?? 0 };
  if (type === 'CustomEmoji') return { type, offset, length, customEmojiId };
  if (type === 'Pre' && language !== '')
    return { type: 'PreCode', offset, length, argument: language };
  return { type, offset, length };
}

function checkedLink(url: string): string {
  const link = toCheckedLink(url);
  if (link === undefined) throw badRequest('entity URL is invalid');
  return link;
}

function checkRange({ offset, length }: WireEntity, text: string): void {
  if (offset < 0 || offset > 1_000_000)
    throw badRequest(`receive an entity with incorrect offset ${offset}`);
  if (length < 0 || length > 1_000_000)
    throw badRequest(`receive an entity with incorrect length ${length}`);
  if (offset + length > text.length)
    throw badRequest(
      `entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${offset + length}`,
    );
}

const types: ReadonlyMap<string, RawEntityType> = new Map(
  Object.entries(names)
    .filter(([raw]) => raw !== 'PreCode')
    // Object.entries widens the keys; `names` has exactly these.
    .map(([raw, name]) => [name, raw as RawEntityType]),
);
