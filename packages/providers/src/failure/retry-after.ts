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
  return bounded(toNumber(headers.get('retry-after-ms')));
}

function fromSeconds(headers: Headers): number | undefined {
  return bounded(toNumber(headers.get('retry-after')) * 1000);
}

function fromDate(headers: Headers): number | undefined {
  const until = Date.parse(headers.get('retry-after') ?? '');
  const now = Date.parse(headers.get('date') ?? '');
  return bounded(until - now);
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
    if (found !== undefined) return bounded(durationOf(found));
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

/** Digits, and a fraction where a service gives one; an empty header, a sign or a power says nothing. */
function toNumber(header: string | null): number {
  return /^\d+(?:\.\d+)?$/.test(header ?? '') ? Number(header) : Number.NaN;
}

/** A month: nobody waits longer, and larger numbers are no times that could be shown. */
const longestMs = 31 * 24 * 3_600_000;

function bounded(ms: number): number | undefined {
  return Number.isFinite(ms) && ms >= 0 ? Math.min(Math.ceil(ms), longestMs) : undefined;
}
