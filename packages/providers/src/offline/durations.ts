const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const numbers: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  'half a': 0.5,
  'half an': 0.5,
};

const count = String.raw`(?:\d+(?:\.\d+)?|half an?|an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty)`;
const unit = String.raw`(?:seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)`;

/** The shape of a duration in English, for use inside a larger pattern. */
export const durationShape = `${count} ?${unit}`;

/** "10 minutes", "half an hour", "90s" → seconds. */
export function toSeconds(text: string): number | undefined {
  const found = new RegExp(`^(${count}) ?(${unit})$`, 'i').exec(text.trim());
  const amount = found?.[1]?.toLowerCase() ?? '';
  const value = numbers[amount] ?? Number(amount);
  const size = seconds[found?.[2]?.[0]?.toLowerCase() ?? ''];
  return size === undefined || !(value > 0) ? undefined : Math.round(value * size);
}
