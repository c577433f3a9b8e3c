/** How long to wait in ms after so many failures in a row, the first being 1: 500 ms doubled up to 30 s, of which up to a half is taken off so that not all come back at once. */
export function backoffMs(failures: number, random: () => number): number {
  const most = Math.min(30_000, 500 * 2 ** Math.min(Math.max(failures - 1, 0), 10));
  return most / 2 + (random() * most) / 2;
}
