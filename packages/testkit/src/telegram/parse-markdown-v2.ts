import { parseDateFormat } from './date-format.ts';
import { findLinkUserId, parseInlineTarget, toCheckedLink } from './link.ts';
import {
  byteOffset,
  isSpace,
  newlineLength,
  ParseFailure,
  type ParsedText,
  type RawEntity,
  type RawEntityType,
  sortEntities,
} from './raw-entity.ts';

/**
 * Telegram's MarkdownV2 mode with the real server's own acceptance, entities and error texts.
 * https://core.telegram.org/bots/api#markdownv2-style, certified with the cases of tdlib's test/message_entities.cpp.
 */
export function parseMarkdownV2(source: string): ParsedText {
  const state: MarkdownState = {
    source,
    index: 0,
    text: '',
    entities: [],
    open: [],
    quoting: false,
    lineStart: true,
  };
  for (; state.index < source.length; state.index += 1) readCharacter(state);
  closeQuoteAtEnd(state);
  const last = state.open.at(-1);
  if (last !== undefined) throw unclosed(state, last);
  return { text: state.text, entities: sortEntities(state.entities) };
}

interface OpenEntity {
  readonly type: RawEntityType;
  readonly argument: string;
  readonly offset: number;
  readonly begin: number;
}

interface MarkdownState {
  readonly source: string;
  index: number;
  text: string;
  readonly entities: RawEntity[];
  readonly open: OpenEntity[];
  /** Inside a block quotation, at any depth. */
  quoting: boolean;
  /** A block quotation may begin here. */
  lineStart: boolean;
}

const reserved = new Set('_*[]()~`>#+-=|{}.!\n');
const codeTypes: ReadonlySet<RawEntityType> = new Set(['Code', 'Pre', 'PreCode']);

function readCharacter(state: MarkdownState): void {
  const { source } = state;
  const character = source.charAt(state.index);
  const next = source.charCodeAt(state.index + 1);
  if (character === '\\' && next > 0 && next <= 126) {
    state.index += 1;
    append(state, source.charAt(state.index));
    return;
  }
  const inCode = codeTypes.has(state.open.at(-1)?.type ?? 'Bold');
  if (inCode ? character !== '`' : !reserved.has(character)) {
    append(state, character);
    return;
  }
  if (endsEntity(state, character)) closeEntity(state, character);
  else openEntity(state, character);
}

function append(state: MarkdownState, character: string): void {
  state.text += character;
  if (character !== '\r') state.lineStart = false;
}

const terminators: Readonly<Partial<Record<RawEntityType, string>>> = {
  Bold: '*',
  Code: '`',
  Pre: '```',
  PreCode: '```',
  TextUrl: ']',
  CustomEmoji: ']',
  Underline: '__',
  Strikethrough: '~',
  Spoiler: '||',
};

function endsEntity(state: MarkdownState, character: string): boolean {
  const last = state.open.at(-1);
  if (last === undefined) return false;
  const { source, index } = state;
  if (state.quoting && character === '\n' && source[index + 1] !== '>') return true;
  if (last.type === 'Italic') return character === '_' && source[index + 1] !== '_';
  const terminator = terminators[last.type];
  return terminator !== undefined && source.startsWith(terminator, index);
}

function openEntity(state: MarkdownState, character: string): void {
  const begin = state.index;
  if (character === '\n') return readNewline(state);
  if (character === '>') return openQuote(state, begin);
  if (character === '`') return openCode(state, begin);
  if (character === '|' && state.open.at(-1)?.type === 'BlockQuote' && endsExpandable(state))
    return closeExpandable(state);
  const type = openers(state, character);
  state.index += type === 'Underline' || type === 'Spoiler' || type === 'CustomEmoji' ? 1 : 0;
  state.open.push({ type, argument: '', offset: state.text.length, begin });
}

function openers(state: MarkdownState, character: string): RawEntityType {
  const doubled = state.source[state.index + 1] === character;
  if (character === '_') return doubled ? 'Underline' : 'Italic';
  if (character === '*') return 'Bold';
  if (character === '~') return 'Strikethrough';
  if (character === '[') return 'TextUrl';
  if (character === '|' && doubled) return 'Spoiler';
  if (character === '!' && state.source[state.index + 1] === '[') return 'CustomEmoji';
  throw reservedCharacter(character);
}

function readNewline(state: MarkdownState): void {
  state.text += '\n';
  state.lineStart = true;
  if (state.source[state.index + 1] !== '>') return;
  state.index += 1;
  if (state.quoting) state.lineStart = false;
  else startQuote(state, state.index);
}

function openQuote(state: MarkdownState, begin: number): void {
  if (!state.lineStart || state.quoting) throw reservedCharacter('>');
  startQuote(state, begin);
}

function startQuote(state: MarkdownState, begin: number): void {
  state.quoting = true;
  state.lineStart = false;
  state.open.push({ type: 'BlockQuote', argument: '', offset: state.text.length, begin });
}

function openCode(state: MarkdownState, begin: number): void {
  const { source } = state;
  if (!source.startsWith('```', begin)) {
    state.open.push({ type: 'Code', argument: '', offset: state.text.length, begin });
    return;
  }
  let index = begin + 3;
  let end = index;
  while (!isSpace(source.charAt(end)) && source[end] !== '`') end += 1;
  const hasLanguage = end !== index && end < source.length && source[end] !== '`';
  const argument = hasLanguage ? source.slice(index, end) : '';
  if (hasLanguage) index = end;
  index += newlineLength(source, index);
  state.index = index - 1;
  state.open.push({
    type: hasLanguage ? 'PreCode' : 'Pre',
    argument,
    offset: state.text.length,
    begin,
  });
}

/** `||` right before the end of a quotation makes it expandable. */
function endsExpandable(state: MarkdownState): boolean {
  return /^\|\|\r*(?:\n(?!>)|$)/.test(state.source.slice(state.index));
}

function closeExpandable(state: MarkdownState): void {
  const quote = state.open.pop();
  if (quote !== undefined) state.open.push({ ...quote, type: 'ExpandableBlockQuote' });
  state.index += 1;
}

function closeEntity(state: MarkdownState, character: string): void {
  const last = state.open.pop();
  if (last === undefined) return;
  const isQuote = last.type === 'BlockQuote' || last.type === 'ExpandableBlockQuote';
  if (character === '\n' && !isQuote) throw unclosed(state, last);
  if (isQuote) {
    state.quoting = false;
    state.text += '\n';
    state.lineStart = true;
  }
  const range = { offset: last.offset, length: state.text.length - last.offset };
  if (last.type === 'TextUrl') closeLink(state, range);
  else if (last.type === 'CustomEmoji') closeInlineTarget(state, range);
  else {
    state.index += (terminators[last.type]?.length ?? 1) - 1;
    if (range.length > 0)
      state.entities.push({
        type: last.type,
        ...range,
        ...(last.type === 'PreCode' ? { argument: last.argument } : {}),
      });
  }
}

type Range = Pick<RawEntity, 'offset' | 'length'>;

function closeLink(state: MarkdownState, range: Range): void {
  const link =
    state.source[state.index + 1] === '(' ? readUrl(state) : state.text.slice(range.offset);
  if (range.length === 0) return;
  const userId = findLinkUserId(link);
  if (userId !== undefined) {
    state.entities.push({ type: 'TextMention', ...range, userId });
    return;
  }
  const argument = toCheckedLink(link);
  if (argument !== undefined) state.entities.push({ type: 'TextUrl', ...range, argument });
}

function closeInlineTarget(state: MarkdownState, range: Range): void {
  if (state.source[state.index + 1] !== '(')
    throw new ParseFailure('The entity must contain a tg://emoji or tg://time URL');
  const target = parseInlineTarget(readUrl(state));
  if (target === undefined) throw new ParseFailure('Invalid tg://emoji or tg://time URL specified');
  if (range.length === 0) return;
  state.entities.push(
    target.kind === 'emoji'
      ? { type: 'CustomEmoji', ...range, customEmojiId: target.id }
      : {
          type: 'FormattedDate',
          ...range,
          unix: target.unix,
          dateFlags: parseDateFormat(target.format),
        },
  );
}

/** Reads `(…)` behind the closing bracket; leaves the index on the closing parenthesis. */
function readUrl(state: MarkdownState): string {
  const { source } = state;
  const begin = state.index + 2;
  let index = begin;
  let url = '';
  while (index < source.length && source[index] !== ')') {
    const escaped =
      source[index] === '\\' &&
      source.charCodeAt(index + 1) > 0 &&
      source.charCodeAt(index + 1) <= 126;
    url += source.charAt(escaped ? index + 1 : index);
    index += escaped ? 2 : 1;
  }
  if (source[index] !== ')')
    throw new ParseFailure(`Can't find end of a URL at byte offset ${byteOffset(source, begin)}`);
  state.index = index;
  return url;
}

function closeQuoteAtEnd(state: MarkdownState): void {
  const last = state.open.at(-1);
  if (!state.quoting || last === undefined) return;
  if (last.type !== 'BlockQuote' && last.type !== 'ExpandableBlockQuote') return;
  state.open.pop();
  const length = state.text.length - last.offset;
  if (length > 0) state.entities.push({ type: last.type, offset: last.offset, length });
}

function unclosed(state: MarkdownState, entity: OpenEntity): ParseFailure {
  const at = byteOffset(state.source, entity.begin);
  return new ParseFailure(`Can't find end of ${entity.type} entity at byte offset ${at}`);
}

function reservedCharacter(character: string): ParseFailure {
  return new ParseFailure(
    `Character '${character}' is reserved and must be escaped with the preceding '\\'`,
  );
}
