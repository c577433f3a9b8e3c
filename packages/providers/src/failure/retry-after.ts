/**
 * How long a service asks us to wait, in ms: `retry-after-ms`, `retry-after` in seconds or as a date
 * (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), or words in its message.
 * A date is read against the answer's own `date`, so that a wrong clock on either side does no harm.
 */
export function readRetryAfter(headers: Headers | undefined, text: string): number | undefined {
  const stated = headers && (fromMs(headers) ?? fromSeconds(headers) ?? fromDate(headers));
  return stated ?? fromText(text);
}

function fromMs(headers: Headers): number | undefined {
  return positive(Number(headers.get('retry-after-ms') ?? Number.NaN));
}

function fromSeconds(headers: Headers): number | undefined {
  return positive(Number(headers.get('retry-after') ?? Number.NaN) * 1000);
}

function fromDate(headers: Headers): number | undefined {
  const until = Date.parse(headers.get('retry-after') ?? '');
  const now = Date.parse(headers.get('date') ?? '');
  return positive(until - now);
}

/** Each with the message that taught us. */
const patterns: readonly RegExp[] = [
  // Groq, OpenAI: "Please try again in 5.5s." "Please try again in 6m0s." "try again in 850ms"
  /(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|[hms]) ?)+)/i,
  // Google: "retryDelay": "34s"
  /"retryDelay":\s*"((?:\d+(?:\.\d+)?(?:ms|[hms]))+)"/,
  // Azure: "Please retry after 26 seconds."
  /(?:retry|try again) after (\d+(?:\.\d+)?) ?s(?:ec|\b)/i,
  // A ChatGPT subscription: {"error":{"type":"usage_limit_reached","resets_in_seconds":4530}}
  /"resets_in_seconds":\s*(\d+)/,
];

function fromText(text: string): number | undefined {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return positive(durationOf(found));
  }
  return undefined;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function durationOf(text: string): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[hms])/g))
    total += Number(count) * (units[unit ?? ''] ?? 0);
  return total;
}

function positive(ms: number): number | undefined {
  return Number.isFinite(ms) && ms >= 0 ? Math.ceil(ms) : undefined;
}
