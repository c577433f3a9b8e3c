/** The UTC day of a time. */
export function toDay(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}
