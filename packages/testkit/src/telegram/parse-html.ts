import { parseDateFormat } from './date-format.ts';
import { findLinkUserId, toCheckedLink } from './link.ts';
import {
  byteOffset,
  isSpace,
  ParseFailure,
  type ParsedText,
  type RawEntity,
  sortEntities,
} from './raw-entity.ts';

/**
 * Telegram's HTML mode with the real server's own acceptance, entities and error texts.
 * https://core.telegram.org/bots/api#html-style, certified with the cases of tdlib's test/message_entities.cpp.
 */
export function parseHtml(source: string): ParsedText {
  const state: HtmlState = { source, index: 0, text: '', entities: [], open: [], decoded: false };
  while (state.index < source.length) {
    const character = source.charAt(state.index);
    if (character === '<') {
      if (source[state.index + 1] === '/') readEndTag(state);
      else readStartTag(state);
    } else if (character !== '&' || !readCharacterReference(state)) {
      state.text += character;
      state.index += 1;
    }
  }
  const last = state.open.at(-1);
  if (last !== undefined)
    throw new ParseFailure(`Can't find end tag corresponding to start tag "${last.name}"`);
  if (state.decoded && !state.text.isWellFormed())
    throw new ParseFailure(
      'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    );
  return { text: state.text, entities: sortEntities(state.entities.map(withoutCodeLanguage)) };
}

interface OpenTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly offset: number;
}

interface HtmlState {
  readonly source: string;
  index: number;
  text: string;
  readonly entities: RawEntity[];
  readonly open: OpenTag[];
  decoded: boolean;
}

const tags = new Set(
  'a b strong i em s strike del u ins tg-spoiler tg-emoji tg-time span pre code blockquote'.split(
    ' ',
  ),
);

function readStartTag(state: HtmlState): void {
  const { source } = state;
  const begin = state.index;
  let index = begin + 1;
  while (!isSpace(source.charAt(index)) && source[index] !== '>') index += 1;
  if (index >= source.length || source[index] === '\0')
    throw new ParseFailure(`Unclosed start tag${at(state, begin)}`);
  const name = source.slice(begin + 1, index).toLowerCase();
  if (!tags.has(name)) throw new ParseFailure(`Unsupported start tag "${name}"${at(state, begin)}`);
  state.index = index;
  const attributes = new Map<string, string>();
  while (readAttribute(state, { name, begin, attributes }));
  state.index += 1;
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler')
    throw new ParseFailure(`Tag "span" must have class "tg-spoiler"${at(state, begin)}`);
  state.open.push({ name, attributes, offset: state.text.length });
}

interface TagInProgress {
  readonly name: string;
  readonly begin: number;
  readonly attributes: Map<string, string>;
}

/** Reads one attribute; false at the end of the tag. */
function readAttribute(state: HtmlState, tag: TagInProgress): boolean {
  skipSpaces(state, tag);
  if (state.source[state.index] === '>') return false;
  const name = readAttributeName(state, tag);
  skipSpaces(state, tag);
  if (state.source[state.index] !== '=') {
    tag.attributes.set(name, '');
    return true;
  }
  state.index += 1;
  skipSpaces(state, tag);
  const value = `'"`.includes(state.source.charAt(state.index))
    ? readQuoted(state)
    : readToken(state);
  if (state.index >= state.source.length)
    throw new ParseFailure(`Unclosed start tag${at(state, tag.begin)}`);
  tag.attributes.set(name, value);
  return true;
}

function readAttributeName(state: HtmlState, tag: TagInProgress): string {
  const begin = state.index;
  while (
    !isSpace(state.source.charAt(state.index)) &&
    !`=>/"'`.includes(state.source.charAt(state.index))
  )
    state.index += 1;
  if (state.index > begin) return state.source.slice(begin, state.index);
  throw new ParseFailure(`Empty attribute name in the tag "${tag.name}"${at(state, tag.begin)}`);
}

/** The end of the text inside a start tag is an error. */
function skipSpaces(state: HtmlState, tag: TagInProgress): void {
  skipWhitespace(state);
  if (state.index >= state.source.length)
    throw new ParseFailure(`Unclosed start tag "${tag.name}"${at(state, tag.begin)}`);
}

function at(state: HtmlState, index: number): string {
  return ` at byte offset ${byteOffset(state.source, index)}`;
}

function readToken(state: HtmlState): string {
  const begin = state.index;
  while (/[\da-z.-]/i.test(state.source.charAt(state.index))) state.index += 1;
  const next = state.source.charAt(state.index);
  if (!isSpace(next) && next !== '>')
    throw new ParseFailure(`Unexpected end of name token${at(state, begin)}`);
  return state.source.slice(begin, state.index).toLowerCase();
}

function readQuoted(state: HtmlState): string {
  const quote = state.source[state.index];
  state.index += 1;
  let value = '';
  while (state.index < state.source.length && state.source[state.index] !== quote) {
    const reference = decodeReference(state.source, state.index);
    value += reference?.text ?? state.source.charAt(state.index);
    state.index = reference?.next ?? state.index + 1;
  }
  if (state.source[state.index] === quote) state.index += 1;
  return value;
}

function skipWhitespace(state: HtmlState): void {
  while (state.index < state.source.length && isSpace(state.source.charAt(state.index)))
    state.index += 1;
}

function readEndTag(state: HtmlState): void {
  const { source } = state;
  const begin = state.index;
  const tag = state.open.pop();
  if (tag === undefined) throw new ParseFailure(`Unexpected end tag${at(state, begin)}`);
  let index = begin + 2;
  while (!isSpace(source.charAt(index)) && source[index] !== '>') index += 1;
  const name = source.slice(begin + 2, index).toLowerCase();
  state.index = index;
  skipWhitespace(state);
  if (source[state.index] !== '>') throw new ParseFailure(`Unclosed end tag${at(state, begin)}`);
  state.index += 1;
  if (name !== '' && name !== tag.name)
    throw new ParseFailure(
      `Unmatched end tag${at(state, begin)}, expected "</${tag.name}>", found "</${name}>"`,
    );
  if (state.text.length > tag.offset) addEntity(state, tag);
}

const simple: Readonly<Record<string, RawEntity['type']>> = {
  i: 'Italic',
  em: 'Italic',
  b: 'Bold',
  strong: 'Bold',
  s: 'Strikethrough',
  strike: 'Strikethrough',
  del: 'Strikethrough',
  u: 'Underline',
  ins: 'Underline',
  'tg-spoiler': 'Spoiler',
  span: 'Spoiler',
};

function addEntity(state: HtmlState, tag: OpenTag): void {
  const range = { offset: tag.offset, length: state.text.length - tag.offset };
  const type = simple[tag.name];
  if (type !== undefined) state.entities.push({ type, ...range });
  else if (tag.name === 'blockquote')
    state.entities.push({
      type: tag.attributes.has('expandable') ? 'ExpandableBlockQuote' : 'BlockQuote',
      ...range,
    });
  else if (tag.name === 'a') addLink(state, range, tag.attributes.get('href') ?? '');
  else if (tag.name === 'pre' || tag.name === 'code') addCode(state, range, tag);
  else if (tag.name === 'tg-emoji') addEmoji(state, range, tag.attributes.get('emoji-id') ?? '');
  else addDate(state, range, tag);
}

type Range = Pick<RawEntity, 'offset' | 'length'>;

function addLink(state: HtmlState, range: Range, href: string): void {
  const target = href === '' ? state.text.slice(range.offset) : href;
  const userId = findLinkUserId(target);
  if (userId !== undefined) {
    state.entities.push({ type: 'TextMention', ...range, userId });
    return;
  }
  const argument = toCheckedLink(target);
  if (argument !== undefined) state.entities.push({ type: 'TextUrl', ...range, argument });
}

/** `<pre><code class="language-x">` over the same text is one block with a language, in either nesting. */
function addCode(state: HtmlState, range: Range, tag: OpenTag): void {
  const language = tag.name === 'code' ? languageOf(tag.attributes.get('class')) : undefined;
  const partner = findPartner(state, range, tag.name === 'pre' ? 'Code' : 'Pre');
  const argument = partner?.argument ?? language;
  if (partner !== undefined && argument !== undefined)
    state.entities.splice(-1, 1, { type: 'PreCode', ...range, argument });
  else if (language !== undefined)
    state.entities.push({ type: 'Code', ...range, argument: language });
  else state.entities.push({ type: tag.name === 'pre' ? 'Pre' : 'Code', ...range });
}

function findPartner(
  state: HtmlState,
  range: Range,
  type: RawEntity['type'],
): RawEntity | undefined {
  const last = state.entities.at(-1);
  const same = last?.type === type && last.offset === range.offset && last.length === range.length;
  return same ? last : undefined;
}

function languageOf(className: string | undefined): string | undefined {
  const match = /^language-(.+)$/s.exec(className ?? '');
  return match?.[1];
}

function withoutCodeLanguage(entity: RawEntity): RawEntity {
  return entity.type === 'Code'
    ? { type: 'Code', offset: entity.offset, length: entity.length }
    : entity;
}

function addEmoji(state: HtmlState, range: Range, id: string): void {
  if (!/^-?[1-9]\d{0,18}$/.test(id))
    throw new ParseFailure('Invalid custom emoji identifier specified');
  state.entities.push({ type: 'CustomEmoji', ...range, customEmojiId: id });
}

function addDate(state: HtmlState, range: Range, tag: OpenTag): void {
  const unix = tag.attributes.get('unix') ?? '';
  if (!/^[1-9]\d{0,9}$/.test(unix)) throw new ParseFailure('Invalid Unix time specified');
  const dateFlags = parseDateFormat(tag.attributes.get('format') ?? '');
  state.entities.push({ type: 'FormattedDate', ...range, unix: Number(unix), dateFlags });
}

function readCharacterReference(state: HtmlState): boolean {
  const reference = decodeReference(state.source, state.index);
  if (reference === undefined) return false;
  state.text += reference.text;
  state.index = reference.next;
  state.decoded = true;
  return true;
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** The four named references and numbers; a missing semicolon is allowed, anything else stays text. */
function decodeReference(
  source: string,
  index: number,
): { text: string; next: number } | undefined {
  if (source[index] !== '&') return undefined;
  const match = /^&(?:#x([\da-f]{1,8})|#(\d{1,10})|([a-z]+))/i.exec(
    source.slice(index, index + 16),
  );
  if (match === null) return undefined;
  const text = match[3] === undefined ? fromCodePoint(match[1], match[2]) : named[match[3]];
  if (text === undefined) return undefined;
  const end = index + match[0].length;
  return { text, next: source[end] === ';' ? end + 1 : end };
}

function fromCodePoint(
  hexadecimal: string | undefined,
  decimal: string | undefined,
): string | undefined {
  const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
  return code > 0 && code < 0x10_ff_ff ? String.fromCodePoint(code) : undefined;
}
