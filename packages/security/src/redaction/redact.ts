import { secretName, secretQuery, secretShape, vendors } from './secret-shapes.ts';
import { findSecretValue, looksRandom, type Span } from './secret-value.ts';

/** What stands where a secret was. */
export const redactedMark = '[redacted]';

/** Text without its secrets. */
export type Redact = (text: string) => string;

/**
 * Removes what looks like a secret, in time linear in the text: keys by their shape, private keys, bearer tokens, logins in
 * addresses, query parameters, values of names that say they are secret (in JSON, environment, headers). `secrets` are values
 * known to be secret, removed wherever they stand. Redacting twice changes nothing more.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return createRedactor(secrets)(text);
}

/** `redact` for a fixed set of known secrets, prepared once. Secrets shorter than 6 characters are only found by their name or shape. */
export function createRedactor(knownSecrets: Iterable<string>): Redact {
  const known = toPattern(knownSecrets);
  return (text) => {
    let result = known ? text.replaceAll(known, redactedMark) : text;
    result = withoutPrivateKeys(result).replaceAll(secretShape, redactedMark);
    result = result.replaceAll(bearer, (whole, scheme: string, value: string) =>
      looksRandom(value) ? scheme + redactedMark : whole,
    );
    result = result.replaceAll(cookies, `$1${redactedMark}`);
    result = withoutNamed(result, named, () => true);
    result = withoutNamed(result, ofVendor, isKeyLike);
    result = result.replaceAll(query, `$1${redactedMark}`);
    result = result.replaceAll(curlUser, `$1${redactedMark}`);
    return result.replaceAll(login, `$1:${redactedMark}@`);
  };
}

/** A copy of a JSON value in which secrets in texts, and everything under a secret name, are gone. */
export function redactJson(value: unknown, redactText: Redact = redact): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map((item) => redactJson(item, redactText));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    isSecretName(key) && item !== null && item !== '' ? redactedMark : redactJson(item, redactText),
  ]);
  return Object.fromEntries(entries);
}

/** Whether what is called so is a secret: `apiKey`, `bot_token`, `password`. */
export function isSecretName(name: string): boolean {
  return name.length <= 200 && wholeName.test(name);
}

const wholeName = new RegExp(`(?:cookie|${secretName}|(?:key|secret|password)s)$`, 'i');
const bearer = /(\b(?:Bearer|Basic)[ \t]{1,4})([A-Za-z0-9._~+/=:-]{8,4096})/gi;
const cookies = /(\b(?:set-)?cookie:[ \t]{0,4})(?!\[redacted\])[^\r\n"'`\\]{4,4096}/gi;
/** https://curl.se/docs/manpage.html#-u */
const curlUser =
  /(\s(?:-u|--user)[ \t=]{1,4}["']?[^\s:"']{1,200}:)(?!\[redacted\])[^\s"']{3,1000}/g;
/** https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1 */
const login =
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/?#"'<>]{0,256}):(?!\[redacted\])[^\s@/?#"'<>]{1,256}@/gi;
const query = new RegExp(
  `([?&#](?:${secretQuery})=)(?!\\[redacted\\])[^\\s&#"'<>\`\\\\]{4,4096}`,
  'gi',
);
const separator = '["\'`\\\\]{0,4}[ \\t]{0,4}(=>|:{0,3}=|:)';
const named = new RegExp(`(?:${secretName})${separator}`, 'gi');
const ofVendor = new RegExp(`(?:${vendors})[\\w.-]{0,30}${separator}`, 'gi');

function isKeyLike(value: string): boolean {
  return /^[\w=+%:|/-]{8,400}$/.test(value) && looksRandom(value);
}

function toPattern(secrets: Iterable<string>): RegExp | undefined {
  const spellings = [...secrets].flatMap((secret) =>
    secret.trim().length < 6
      ? []
      : [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1)],
  );
  if (spellings.length === 0) return undefined;
  const longestFirst = [...new Set(spellings)].toSorted((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map(toLiteral).join('|'), 'g');
}

function toLiteral(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}

/** PEM blocks; one without an end is taken to the end of the text. https://www.rfc-editor.org/rfc/rfc7468 */
function withoutPrivateKeys(text: string): string {
  const begin = /-----BEGIN[A-Z0-9 _-]{0,100}PRIVATE KEY(?: BLOCK)?-----/g;
  const spans: Span[] = [];
  for (let found = begin.exec(text); found; found = begin.exec(text)) {
    const end = text.indexOf('-----END', begin.lastIndex);
    const close = end < 0 ? -1 : text.indexOf('KEY', end);
    const last =
      close < 0
        ? text.length
        : (/(?:KEY)(?: BLOCK)?-{0,5}/y.exec(text.slice(close, close + 20))?.[0].length ?? 3) +
          close;
    spans.push({ start: found.index, end: last });
    begin.lastIndex = last;
  }
  return cut(text, spans);
}

function withoutNamed(text: string, pattern: RegExp, isSecret: (value: string) => boolean): string {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const span = findSecretValue(text, pattern.lastIndex, found[1] ?? '');
    if (!span || !isSecret(text.slice(span.start, span.end))) continue;
    spans.push(span);
    pattern.lastIndex = span.end;
  }
  return cut(text, spans);
}

function cut(text: string, spans: readonly Span[]): string {
  let result = '';
  let from = 0;
  for (const { start, end } of spans) {
    result += text.slice(from, start) + redactedMark;
    from = end;
  }
  return result + text.slice(from);
}
