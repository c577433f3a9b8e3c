/** An entity as the server's parsers make it, before it becomes the Bot API's object. Offsets in UTF-16 units. */
export interface RawEntity {
  readonly type: RawEntityType;
  readonly offset: number;
  readonly length: number;
  /** The URL of a TextUrl, the language of a PreCode. */
  readonly argument?: string;
  readonly userId?: number;
  readonly customEmojiId?: string;
  readonly unix?: number;
  readonly dateFlags?: number;
}

export type RawEntityType =
  | 'Mention'
  | 'Hashtag'
  | 'Cashtag'
  | 'BotCommand'
  | 'Url'
  | 'EmailAddress'
  | 'PhoneNumber'
  | 'Bold'
  | 'Italic'
  | 'Underline'
  | 'Strikethrough'
  | 'Spoiler'
  | 'BlockQuote'
  | 'ExpandableBlockQuote'
  | 'Code'
  | 'Pre'
  | 'PreCode'
  | 'TextUrl'
  | 'TextMention'
  | 'CustomEmoji'
  | 'FormattedDate';

export interface ParsedText {
  readonly text: string;
  readonly entities: readonly RawEntity[];
}

/** What the parser refuses, in the server's words without the prefix. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure';
}

/** Outer before inner: by offset, then the longer, then by the server's order of types. */
export function sortEntities(entities: readonly RawEntity[]): RawEntity[] {
  return entities.toSorted(
    (a, b) => a.offset - b.offset || b.length - a.length || typeRank(a.type) - typeRank(b.type),
  );
}

// The server's order of types that begin and end together (its type priorities).
const rank: Readonly<Record<RawEntityType, number>> = {
  Mention: 50,
  Hashtag: 50,
  BotCommand: 50,
  Url: 50,
  EmailAddress: 50,
  Cashtag: 50,
  PhoneNumber: 50,
  BlockQuote: 0,
  ExpandableBlockQuote: 0,
  Pre: 11,
  PreCode: 10,
  Code: 20,
  TextUrl: 49,
  TextMention: 49,
  Bold: 90,
  Italic: 91,
  Underline: 92,
  Strikethrough: 93,
  Spoiler: 94,
  CustomEmoji: 99,
  FormattedDate: 99,
};

function typeRank(type: RawEntityType): number {
  return rank[type];
}

/** The server's `is_space`; the end of the text reads as NUL and counts too. */
export function isSpace(character: string): boolean {
  return character === '' || ' \t\r\n\0\v'.includes(character);
}

/** The length of one line break of any kind at `index`, which the server drops at the beginning of a block of code. */
export function newlineLength(source: string, index: number): number {
  const first = source.charAt(index);
  const second = source.charAt(index + 1);
  if (first !== '\n' && first !== '\r') return 0;
  return (second === '\n' || second === '\r') && first !== second ? 2 : 1;
}

/** The error positions of the server count bytes of UTF-8. */
export function byteOffset(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index), 'utf8');
}
