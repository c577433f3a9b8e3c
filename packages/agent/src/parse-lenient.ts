import type { Json } from '@cuttle/core-types';

/**
 * JSON as models write it, where it has exactly one reading: comments, trailing commas, single quotes, bare keys,
 * raw line breaks in strings, `True`/`False`/`None`, a code fence around it all. Whatever was cut off or could be
 * read in two ways (a missing comma, an unescaped quote, `\d`, a key given twice) gives `undefined`: a call must never run with
 * arguments that the model did not write.
 */
export function parseLenient(text: string): Json | undefined {
  const source = withoutFence(text);
  if (source.length > maxChars) return undefined;
  const scan: Scan = { source, at: 0 };
  const value = readValue(scan, 0);
  skipSpace(scan);
  return scan.at === source.length ? value : undefined;
}

const maxChars = 4_000_000;
const maxDepth = 100;

interface Scan {
  readonly source: string;
  at: number;
}

function withoutFence(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('```') || !trimmed.endsWith('```') || trimmed.length < 6) return trimmed;
  return trimmed
    .slice(3, -3)
    .replace(/^\w+(?=\s)/, '')
    .trim();
}

function readValue(scan: Scan, depth: number): Json | undefined {
  if (depth > maxDepth) return undefined;
  skipSpace(scan);
  const first = scan.source[scan.at];
  if (first === '{') return readObject(scan, depth);
  if (first === '[') return readArray(scan, depth);
  return first === '"' || first === "'" ? readString(scan) : readBare(scan);
}

function readObject(scan: Scan, depth: number): Json | undefined {
  const entries = new Map<string, Json>();
  scan.at += 1;
  for (;;) {
    if (take(scan, '}')) return Object.fromEntries(entries);
    const key = readKey(scan);
    if (key === undefined || entries.has(key) || !take(scan, ':')) return undefined;
    const value = readValue(scan, depth + 1);
    if (value === undefined) return undefined;
    entries.set(key, value);
    if (!take(scan, ',') && !isNext(scan, '}')) return undefined;
  }
}

function readArray(scan: Scan, depth: number): Json | undefined {
  const items: Json[] = [];
  scan.at += 1;
  for (;;) {
    if (take(scan, ']')) return items;
    const item = readValue(scan, depth + 1);
    if (item === undefined) return undefined;
    items.push(item);
    if (!take(scan, ',') && !isNext(scan, ']')) return undefined;
  }
}

function readKey(scan: Scan): string | undefined {
  skipSpace(scan);
  const quote = scan.source[scan.at];
  if (quote === '"' || quote === "'") return readString(scan);
  return readPattern(scan, /[A-Za-z_$][\w$]*/y);
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

// Of the characters that JSON wants escaped, models write line breaks and tabs as they are.
// eslint-disable-next-line no-control-regex -- they are what must not be taken
const inDouble = /[^"\\\u0000-\u0008\u000b\u000c\u000e-\u001f]*/y;
// eslint-disable-next-line no-control-regex -- as above
const inSingle = /[^'\\\u0000-\u0008\u000b\u000c\u000e-\u001f]*/y;

function readString(scan: Scan): string | undefined {
  const quote = scan.source[scan.at];
  const plain = quote === '"' ? inDouble : inSingle;
  let value = '';
  scan.at += 1;
  for (;;) {
    value += readPattern(scan, plain) ?? '';
    const next = scan.source[scan.at];
    if (next === undefined) return undefined;
    scan.at += 1;
    if (next === quote) return value;
    if (next !== '\\') return undefined;
    const escaped = readEscape(scan);
    if (escaped === undefined) return undefined;
    value += escaped;
  }
}

function readEscape(scan: Scan): string | undefined {
  const letter = scan.source[scan.at] ?? '';
  scan.at += 1;
  if (letter !== 'u') return Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
  const hex = readPattern(scan, /[\da-fA-F]{4}/y);
  return hex === undefined ? undefined : String.fromCharCode(Number.parseInt(hex, 16));
}

const words: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};

function readBare(scan: Scan): Json | undefined {
  const number = readPattern(scan, /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y);
  if (number !== undefined) return Number(number);
  const word = readPattern(scan, /[A-Za-z]+(?![\w.+-])/y);
  return word !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
}

function take(scan: Scan, character: string): boolean {
  if (!isNext(scan, character)) return false;
  scan.at += 1;
  return true;
}

function isNext(scan: Scan, character: string): boolean {
  skipSpace(scan);
  return scan.source[scan.at] === character;
}

function skipSpace(scan: Scan): void {
  do readPattern(scan, /[\s\u200b\ufeff]+/y);
  while (skipComment(scan));
}

function skipComment(scan: Scan): boolean {
  if (scan.source.startsWith('//', scan.at)) {
    const end = scan.source.indexOf('\n', scan.at);
    scan.at = end < 0 ? scan.source.length : end;
    return true;
  }
  if (!scan.source.startsWith('/*', scan.at)) return false;
  const end = scan.source.indexOf('*/', scan.at + 2);
  if (end < 0) return false;
  scan.at = end + 2;
  return true;
}

/** What a sticky pattern matches here, moving past it. */
function readPattern(scan: Scan, pattern: RegExp): string | undefined {
  pattern.lastIndex = scan.at;
  const found = pattern.exec(scan.source)?.[0];
  if (found !== undefined) scan.at += found.length;
  return found;
}
