/** First second of 2015, from which Discord counts. https://discord.com/developers/docs/reference#snowflakes */
const epochMs = 1_420_070_400_000n;

/** Ids as Discord makes them: a later one is greater, and holds its time. */
export function createSnowflakes(now: () => number): () => string {
  let lastMs = 0n;
  let increment = 0n;
  return () => {
    const ms = BigInt(now()) - epochMs;
    // Never behind the last one, whatever the clock does.
    increment = ms > lastMs ? 0n : increment + 1n;
    lastMs = ms > lastMs ? ms : lastMs;
    if (increment > 0xfffn) {
      lastMs += 1n;
      increment = 0n;
    }
    return String((lastMs << 22n) | increment);
  };
}

export function timeOfSnowflake(id: string): number {
  return Number((BigInt(id) >> 22n) + epochMs);
}

export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}
