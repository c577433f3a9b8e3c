/** The arguments of a call on one line: what they say, without the signs around it. */
export function toInputLine(input: unknown): string {
  if (typeof input === 'string') return toLine(input);
  if (typeof input !== 'object' || input === null) return toLine(JSON.stringify(input) ?? '');
  const values = Object.values(input).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  return toLine(values.join(' · '));
}

/** The arguments as they are, readable. Where they did not parse they are the text the model wrote. */
export function toInputText(input: unknown): string {
  return typeof input === 'string' ? input : (JSON.stringify(input, null, 2) ?? '');
}

const maxLine = 160;

function toLine(text: string): string {
  return text
    .slice(0, maxLine * 2)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLine);
}
