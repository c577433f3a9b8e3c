import type { BodyFraming } from './recorded-case.ts';

/** Cuts a body into its events, each with its own end, so that joined they are the body again. */
export function splitEvents(body: Buffer, framing: BodyFraming): readonly Buffer[] {
  switch (framing) {
    case 'sse':
      return splitAfter(body, /\r\n\r\n|\n\n|\r\r/g);
    case 'ndjson':
      return splitAfter(body, /\n/g);
    case 'event-stream':
      return splitMessages(body);
    case 'whole':
      return [body];
  }
}

/** Works on latin1, in which every byte is one character, so that no character is cut. */
function splitAfter(body: Buffer, end: RegExp): readonly Buffer[] {
  const words = body.toString('latin1');
  const events: Buffer[] = [];
  let start = 0;
  for (const match of words.matchAll(end)) {
    const next = match.index + match[0].length;
    events.push(body.subarray(start, next));
    start = next;
  }
  if (start < body.length) events.push(body.subarray(start));
  return events;
}

/** Each message of Amazon's event streams begins with its length. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
function splitMessages(body: Buffer): readonly Buffer[] {
  const events: Buffer[] = [];
  let start = 0;
  while (start + 4 <= body.length) {
    const length = Math.max(16, body.readUInt32BE(start));
    events.push(body.subarray(start, start + length));
    start += length;
  }
  if (start < body.length) events.push(body.subarray(start));
  return events;
}

/** Changes the JSON of every `data:` line that holds an object; others stay as they are. */
export function mapSseData(
  body: Buffer,
  change: (data: Record<string, unknown>) => string,
): Buffer {
  const lines = body.toString('utf8').split('\n');
  return Buffer.from(
    lines
      .map((line) => {
        const [, prefix, json] = /^(data: ?)(\{.*)$/.exec(line.trimEnd()) ?? [];
        const data = parseObject(json);
        return data === undefined ? line : toDataLines(prefix ?? '', change(data));
      })
      .join('\n'),
  );
}

function toDataLines(prefix: string, words: string): string {
  return words
    .split('\n')
    .map((line) => `${prefix}${line}`)
    .join('\n');
}

/** Changes each JSON object of a body that is one, or one in each line. */
export function mapJson(body: Buffer, change: (data: Record<string, unknown>) => string): Buffer {
  const words = body.toString('utf8');
  const whole = parseObject(words);
  if (whole !== undefined) return Buffer.from(change(whole));
  return Buffer.from(
    words
      .split('\n')
      .map((line) => {
        const data = parseObject(line);
        return data === undefined ? line : change(data);
      })
      .join('\n'),
  );
}

function parseObject(words: string | undefined): Record<string, unknown> | undefined {
  if (words === undefined || !words.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(words);
    // JSON that begins with a brace is an object.
    return value as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
