/** First second of 2015, from which Discord counts. https://discord.com/developers/docs/reference#snowflakes */
const epochMs = 1_420_070_400_000;

/** When something came to be, Unix ms. */
export function timeOfSnowflake(id: string): number {
  return Number(BigInt(id) >> 22n) + epochMs;
}

/** The lowest id of a moment. */
export function snowflakeAt(ms: number): string {
  return String(BigInt(Math.max(0, Math.floor(ms) - epochMs)) << 22n);
}

export function isSnowflake(text: string): boolean {
  return /^[1-9]\d{4,19}$/.test(text);
}

export function isLater(a: string, b: string): boolean {
  return BigInt(a) > BigInt(b);
}
