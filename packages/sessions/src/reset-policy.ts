/** When a place begins anew by itself. `daily` holds from an hour of a place's clock on, `idle` after a silence. */
export type ResetPolicy =
  | { readonly mode: 'manual' }
  | { readonly mode: 'daily'; readonly atHour: number; readonly offsetAt: OffsetAt }
  | { readonly mode: 'idle'; readonly idleMs: number };

/** What the clock of a place shows ahead of UTC at an instant, in ms. */
export type OffsetAt = (instantMs: number) => number;

/**
 * A conversation that was last active before this instant (Unix ms) has ended, and the next message begins a new one.
 * Undefined: it never ends by itself. Asked when a message comes, so that no timer has to have fired.
 */
export function endedBefore(policy: ResetPolicy, nowMs: number): number | undefined {
  switch (policy.mode) {
    case 'manual':
      return undefined;
    case 'idle':
      return nowMs - policy.idleMs;
    case 'daily':
      return lastTimeOfDay(policy, nowMs);
  }
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The last instant, at or before `nowMs`, at which the local clock came to that hour. */
function lastTimeOfDay(
  { atHour, offsetAt }: Extract<ResetPolicy, { mode: 'daily' }>,
  nowMs: number,
): number {
  const localMs = nowMs + offsetAt(nowMs);
  const today = Math.floor(localMs / dayMs) * dayMs + atHour * hourMs;
  // Tomorrow's too: where the clock went back over midnight, that hour has been.
  for (const day of [today + dayMs, today]) {
    const instant = toInstant(day, offsetAt);
    if (instant <= nowMs) return instant;
  }
  return toInstant(today - dayMs, offsetAt);
}

/**
 * When the local clock first shows this time (ms as if it were UTC). An hour that comes twice counts once, the first time;
 * one that a change of the clock leaves out counts when it would have come.
 */
function toInstant(localMs: number, offsetAt: OffsetAt): number {
  const before = localMs - offsetAt(localMs - dayMs - dayMs / 2);
  if (offsetAt(before) === localMs - before) return before;
  const after = localMs - offsetAt(localMs + dayMs + dayMs / 2);
  return offsetAt(after) === localMs - after ? after : before;
}
