import { Json5Failure } from './failure.ts';

/** A place in a JSON5 text; reading moves it on. https://spec.json5.org/ */
export interface Scanner {
  readonly text: string;
  at: number;
}

const whiteSpace = /[\t\v\f \u00A0\uFEFF\n\r\u2028\u2029\p{Zs}]/u;
const lineEnd = /[\n\r\u2028\u2029]/;
const identifierStart = /[$_\p{L}\p{Nl}]/u;
const identifierPart = /[$_\u200C\u200D\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]/u;
const number = /0[xX][0-9a-fA-F]+|(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
};

export function fail({ text, at }: Scanner, expected: string): never {
  const found = text[at];
  const what = found === undefined ? 'the end of the text' : JSON.stringify(found);
  throw new Json5Failure(`expected ${expected}, found ${what}`, at);
}

/** The next code unit after white space and comments; '' at the end. */
export function peek(scanner: Scanner): string {
  scanner.at = skipTrivia(scanner.text, scanner.at);
  return scanner.text[scanner.at] ?? '';
}

/** Takes one punctuator, or fails naming what was expected. */
export function expectMark(scanner: Scanner, mark: string): void {
  if (peek(scanner) !== mark) fail(scanner, JSON.stringify(mark));
  scanner.at += 1;
}

export function readString(scanner: Scanner): string {
  const quote = scanner.text[scanner.at];
  scanner.at += 1;
  for (let value = ''; ;) {
    const unit = scanner.text[scanner.at] ?? '';
    if (unit === '' || unit === '\n' || unit === '\r') fail(scanner, `the closing ${quote}`);
    scanner.at += 1;
    if (unit === quote) return value;
    value += unit === '\\' ? readEscape(scanner) : unit;
  }
}

function readEscape(scanner: Scanner): string {
  const mark = scanner.text[scanner.at] ?? '';
  const next = scanner.text[scanner.at + 1] ?? '';
  if (mark === '') fail(scanner, 'a character after the backslash');
  if (/^(?:[1-9]|0[0-9])/.test(mark + next)) fail(scanner, 'no octal escape');
  scanner.at += 1;
  if (mark === 'x') return readHex(scanner, 2);
  if (mark === 'u') return readHex(scanner, 4);
  if (mark === '\r' && next === '\n') scanner.at += 1;
  return lineEnd.test(mark) ? '' : (escapes[mark] ?? mark);
}

function readHex(scanner: Scanner, digits: number): string {
  const hex = scanner.text.slice(scanner.at, scanner.at + digits);
  if (hex.length < digits || /[^0-9a-fA-F]/.test(hex))
    fail(scanner, `${digits} hexadecimal digits`);
  scanner.at += digits;
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** The text of an unquoted key or word; '' where there is none. */
export function readIdentifier(scanner: Scanner): string {
  let word = readLetter(scanner, identifierStart);
  for (let part = word; part !== ''; word += part) part = readLetter(scanner, identifierPart);
  return word;
}

function readLetter(scanner: Scanner, allowed: RegExp): string {
  const code = scanner.text.codePointAt(scanner.at);
  if (code === undefined) return '';
  const letter = String.fromCodePoint(code);
  if (letter === '\\') return readEscapedLetter(scanner, allowed);
  if (!allowed.test(letter)) return '';
  scanner.at += letter.length;
  return letter;
}

function readEscapedLetter(scanner: Scanner, allowed: RegExp): string {
  if (scanner.text[scanner.at + 1] !== 'u') fail(scanner, 'a key');
  scanner.at += 2;
  const unit = readHex(scanner, 4);
  return allowed.test(unit) ? unit : fail(scanner, 'a letter');
}

/** A number without its sign. */
export function readNumber(scanner: Scanner): number {
  number.lastIndex = scanner.at;
  const digits = number.exec(scanner.text)?.[0] ?? fail(scanner, 'a value');
  scanner.at += digits.length;
  if (/[0-9]/.test(scanner.text[scanner.at] ?? '')) fail(scanner, 'no digit after a leading zero');
  return Number(digits);
}

/** The offset after white space and comments. */
export function skipTrivia(text: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = text[at] ?? '';
    if (unit !== '' && whiteSpace.test(unit)) at += 1;
    else if (unit === '/' && text[at + 1] === '/') at = endOfLine(text, at);
    else if (unit === '/' && text[at + 1] === '*') at = endOfBlock(text, at);
    else return at;
  }
}

export function endOfLine(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const unit = text[at];
    if (unit === undefined || lineEnd.test(unit)) return at;
  }
}

function endOfBlock(text: string, from: number): number {
  const end = text.indexOf('*/', from + 2);
  if (end < 0) throw new Json5Failure('this comment does not end', from);
  return end + 2;
}
