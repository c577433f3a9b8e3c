import { createSeries } from './next-fire.ts';
import type { Schedule } from './schedule.ts';

/** After a stop: `skip` what was missed, fire `once` for all of it, or `all` of it in order. */
export type MissedPolicy = 'skip' | 'once' | 'all';

export interface MissedPlan {
  /** Instants to fire now, in order. Each is a name of its firing: the same instant never fires twice. */
  readonly fires: readonly number[];
  /** Whether more are due after these: plan again once they have fired. */
  readonly hasMore: boolean;
  /** When to look again if nothing is left; undefined: never. */
  readonly next: number | undefined;
}

/** So many are planned at once. */
const most = 100;

/** What to do about the instants in (`lastMs`, `nowMs`], where `lastMs` was the last that fired, or when the schedule was made. */
export function planMissed(
  schedule: Schedule,
  { lastMs, nowMs }: { readonly lastMs: number; readonly nowMs: number },
  policy: MissedPolicy,
): MissedPlan {
  const next = createSeries(schedule);
  const dueAfter = (ms: number): number | undefined => {
    const instant = next(ms);
    return instant !== undefined && instant <= nowMs ? instant : undefined;
  };
  return {
    ...plans[policy](dueAfter, { lastMs, nowMs }),
    next: next(Math.max(lastMs, nowMs)),
  };
}

type DueAfter = (ms: number) => number | undefined;
interface Stretch {
  readonly lastMs: number;
  readonly nowMs: number;
}

const plans: Readonly<
  Record<MissedPolicy, (dueAfter: DueAfter, stretch: Stretch) => Omit<MissedPlan, 'next'>>
> = {
  skip: () => ({ fires: [], hasMore: false }),
  once(dueAfter, stretch) {
    const latest = findLatest(dueAfter, stretch);
    return { fires: latest === undefined ? [] : [latest], hasMore: false };
  },
  all(dueAfter, { lastMs }) {
    const fires: number[] = [];
    let due = dueAfter(lastMs);
    while (due !== undefined && fires.length < most) {
      fires.push(due);
      due = dueAfter(due);
    }
    return { fires, hasMore: due !== undefined };
  },
};

/** Something is due after every instant before the latest, and nothing after the latest: between them lies the answer. */
function findLatest(dueAfter: DueAfter, { lastMs, nowMs }: Stretch): number | undefined {
  if (dueAfter(lastMs) === undefined) return undefined;
  let low = lastMs;
  let high = nowMs;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2);
    if (dueAfter(middle) === undefined) high = middle;
    else low = middle;
  }
  return high;
}
