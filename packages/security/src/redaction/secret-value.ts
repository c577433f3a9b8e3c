/** Where a value lies in a text, as UTF-16 positions. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const maxValueChars = 8192;

/**
 * The value that follows a name and its separator: between quotes of any kind, also escaped ones as in JSON within JSON,
 * or up to the next white space or punctuation. `undefined` where it is empty or surely no secret (`null`, `$NAME`, a small number).
 */
export function findSecretValue(text: string, at: number, separator: string): Span | undefined {
  const start = at + (matchAt(/[ \t]{0,4}/y, text, at) ?? '').length;
  const quote = matchAt(/\\{0,3}["'`]/y, text, start);
  if (quote !== undefined) {
    const span = {
      start: start + quote.length,
      end: findClosing(text, start + quote.length, quote),
    };
    return span.end > span.start && !isHarmless(text.slice(span.start, span.end))
      ? span
      : undefined;
  }
  const bare = matchAt(/[^\s"'`,;&<>(){}[\]|\\]{1,1024}/y, text, start) ?? '';
  const isSecret = separator.includes('=') ? bare.length > 2 : looksRandom(bare);
  return isSecret && !isHarmless(bare) ? { start, end: start + bare.length } : undefined;
}

/** Long, and of more kinds of characters than words have. */
export function looksRandom(value: string): boolean {
  if (value.length < 8) return false;
  return /[0-9]/.test(value)
    ? /[A-Za-z]/.test(value)
    : /[a-z][A-Z].*[a-z][A-Z]|[=+!$%^*~]/.test(value);
}

function isHarmless(value: string): boolean {
  return /^(?:true|false|null|none|undefined|bearer|basic|digest|\[redacted\]|\*+|\$\w+|\$\{\w+\}|\d{1,6})$/i.test(
    value.trim(),
  );
}

/** A quote that was escaped n times is closed by one that was escaped as often, or by the end of the line. */
function findClosing(text: string, from: number, quote: string): number {
  const limit = Math.min(text.length, from + maxValueChars);
  const mark = quote.at(-1);
  const escapes = quote.length - 1;
  let backslashes = 0;
  for (let at = from; at < limit; at += 1) {
    const character = text[at];
    if (character === '\\') {
      backslashes += 1;
      continue;
    }
    if (character === mark && (escapes === 0 ? backslashes % 2 === 0 : backslashes <= escapes))
      return at - Math.min(backslashes, escapes);
    if (character === '\n' && mark !== '`') return at;
    backslashes = 0;
  }
  return limit;
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
