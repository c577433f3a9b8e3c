import type { Allowance, Pace, PacedCall, ReservedCall } from './pace.ts';

/**
 * Room for one call, taken before a row is claimed: a row that is `sending` goes out at once. Else a life that ends while hundreds of
 * conversations wait for their turn would leave hundreds of sends behind of which nobody knows that they were none.
 */
export interface SendRoom {
  /**
   * A place for one claim; undefined where there may be one by now: ask again. `allowances`: what the call will count against;
   * empty where that is not known before the claim.
   */
  enter(allowances: readonly Allowance[]): Promise<SendPlace | undefined>;
}

export interface SendPlace {
  /** Ms until a call that counts against these may be made; 0: now. */
  waitMs(allowances: readonly Allowance[]): number;
  /** The call begins. */
  take(allowances: readonly Allowance[]): PacedCall;
  /** Gives back what was not taken; more than once does no harm. */
  leave(): void;
}

/** Claims at once of lanes that do not know yet what they count against. */
const mostBlind = 8;

export function createSendRoom(pace: Pace): SendRoom {
  let blind = 0;
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  return {
    async enter(allowances) {
      const isBlind = allowances.length === 0;
      if (isBlind ? blind >= mostBlind : !pace.hasRoom(allowances)) {
        // All room is held by others, which soon know whether they need it.
        await changed.promise;
        return undefined;
      }
      if (!isBlind) return placeOf(pace, allowances, change);
      blind += 1;
      return blindPlace(pace, () => {
        blind -= 1;
        change();
      });
    },
  };
}

function placeOf(pace: Pace, reserved: readonly Allowance[], change: () => void): SendPlace {
  let held: ReservedCall | undefined = pace.reserve(reserved);
  const leave = (): void => {
    if (!held) return;
    held.drop();
    held = undefined;
    change();
  };
  return {
    waitMs(allowances) {
      // The platform may have asked for a pause meanwhile.
      if (held && isSame(reserved, allowances)) return pace.blockedMs(allowances);
      leave();
      return pace.waitMs(allowances);
    },
    take(allowances) {
      const call = held?.begin() ?? pace.take(allowances);
      held = undefined;
      change();
      return call;
    },
    leave,
  };
}

function blindPlace(pace: Pace, end: () => void): SendPlace {
  let isOver = false;
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    end();
  };
  return {
    waitMs: (allowances) =>
      pace.hasRoom(allowances) ? 0 : Math.max(pace.waitMs(allowances), soonMs),
    take(allowances) {
      leave();
      return pace.take(allowances);
    },
    leave,
  };
}

/** Until those that hold room know whether they need it. */
const soonMs = 20;

function isSame(reserved: readonly Allowance[], allowances: readonly Allowance[]): boolean {
  return (
    reserved.length === allowances.length &&
    reserved.every(({ key, count }, index) => {
      const other = allowances[index];
      return key === other?.key && count === other.count;
    })
  );
}
