import type { Json } from '@cuttle/core-types';

/** A line of the log for people: time of day in UTC, level, message, then each field by its name. */
export function toPrettyLine({
  at,
  level,
  message,
  fields,
}: {
  readonly at: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json>>;
}): string {
  const told = Object.entries(fields).map(([key, value]) => ` ${key}=${print(value)}`);
  return `${at.slice(11, 23)} ${level.padEnd(5)} ${escape(message)}${told.join('')}\n`;
}

function print(value: Json): string {
  return typeof value === 'string' && /^[\w./:@-]+$/.test(value)
    ? value
    : escape(JSON.stringify(value));
}

/** Words that came from outside must not steer the owner's terminal, nor look like lines of their own. */
function escape(text: string): string {
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
