import { findLinkUserId, toCheckedLink } from './link.ts';
import {
  byteOffset,
  isSpace,
  newlineLength,
  ParseFailure,
  type ParsedText,
  type RawEntity,
  sortEntities,
} from './raw-entity.ts';

/** Telegram's legacy Markdown mode: `*bold*`, `_italic_`, code, links; no nesting. https://core.telegram.org/bots/api#markdown-style */
export function parseMarkdown(source: string): ParsedText {
  const state: LegacyState = { source, index: 0, text: '', entities: [] };
  while (state.index < source.length) {
    const character = source.charAt(state.index);
    if (character === '\\' && '_*`['.includes(source.charAt(state.index + 1))) {
      state.text += source.charAt(state.index + 1);
      state.index += 2;
    } else if ('_*`['.includes(character)) readEntity(state, character);
    else {
      state.text += character;
      state.index += 1;
    }
  }
  return { text: state.text, entities: sortEntities(state.entities) };
}

interface LegacyState {
  readonly source: string;
  index: number;
  text: string;
  readonly entities: RawEntity[];
}

function readEntity(state: LegacyState, character: string): void {
  const { source } = state;
  const begin = state.index;
  const isBlock = source.startsWith('```', begin);
  const terminator = isBlock ? '```' : character === '[' ? ']' : character;
  state.index += isBlock ? 3 : 1;
  const language = isBlock ? readLanguage(state) : '';
  const end = source.indexOf(terminator, state.index);
  if (end < 0)
    throw new ParseFailure(
      `Can't find end of the entity starting at byte offset ${byteOffset(source, begin)}`,
    );
  const content = source.slice(state.index, end);
  const range = { offset: state.text.length, length: content.length };
  state.text += content;
  state.index = end + terminator.length;
  if (character === '[') addLink(state, range, readTarget(state) ?? content);
  else if (content !== '')
    state.entities.push({ ...typeOf(character, isBlock, language), ...range });
}

function typeOf(
  character: string,
  isBlock: boolean,
  language: string,
): Pick<RawEntity, 'type' | 'argument'> {
  if (character === '_') return { type: 'Italic' };
  if (character === '*') return { type: 'Bold' };
  if (!isBlock) return { type: 'Code' };
  return language === '' ? { type: 'Pre' } : { type: 'PreCode', argument: language };
}

function readLanguage(state: LegacyState): string {
  const { source } = state;
  let end = state.index;
  while (!isSpace(source.charAt(end)) && source[end] !== '`') end += 1;
  const language = end < source.length && source[end] !== '`' ? source.slice(state.index, end) : '';
  state.index += language.length;
  state.index += newlineLength(source, state.index);
  return language;
}

function readTarget(state: LegacyState): string | undefined {
  if (state.source[state.index] !== '(') return undefined;
  const end = state.source.indexOf(')', state.index);
  const stop = end < 0 ? state.source.length : end;
  const target = state.source.slice(state.index + 1, stop);
  state.index = stop + 1;
  return target;
}

function addLink(
  state: LegacyState,
  range: Pick<RawEntity, 'offset' | 'length'>,
  link: string,
): void {
  if (range.length === 0) return;
  const userId = findLinkUserId(link);
  if (userId !== undefined) {
    state.entities.push({ type: 'TextMention', ...range, userId });
    return;
  }
  const argument = toCheckedLink(link);
  if (argument !== undefined) state.entities.push({ type: 'TextUrl', ...range, argument });
}
