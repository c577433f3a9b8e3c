/** The arguments of a call on one line: what they say, without the signs around it. */
export function toInputLine(input: unknown): string {
  const values = isObject(input) ? Object.values(input) : [input];
  return values
    .map((value) => toVisible(toText(value).slice(0, maxLine)))
    .join(' · ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLine);
}

export interface InputField {
  readonly name: string;
  readonly text: string;
}

/** The arguments as fields to be read by the person who approves them. Where they did not parse, one field without a name holds what the model wrote. */
export function toInputFields(input: unknown): readonly InputField[] {
  if (!isObject(input)) return [{ name: '', text: toVisible(toText(input)) }];
  return Object.entries(input).map(([name, value]) => ({
    name: toVisible(name),
    text: toVisible(toText(value)),
  }));
}

/**
 * Characters that have no look of their own or turn the order of others around are written out, so that what is approved is what is read.
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function toVisible(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu,
    (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  );
}

const maxLine = 160;

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  // What JSON cannot say (undefined) is not there.
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
