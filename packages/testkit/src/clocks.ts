import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@cuttle/core-types/ports';

/** A clock that stands still: `sleep` takes no time at all. */
export function fixedClock(nowMs = Date.UTC(2026, 0, 1)): Clock {
  return {
    now: () => nowMs,
    monotonic: () => 0,
    async sleep(_ms, signal) {
      signal.throwIfAborted();
    },
  };
}

/** A clock that goes only when a test tells it to. */
export interface ManualClock extends Clock {
  /** How many sleep now. */
  readonly sleeping: number;
  /**
   * Goes on by so much and wakes whoever is due, each at its own time and in order; who lies down again
   * within the time is woken again. Resolves when those that were woken have had their turns.
   */
  advance(ms: number): Promise<void>;
  /** Puts the wall clock elsewhere, as an administrator or a time server does; nobody wakes by it. */
  setNow(nowMs: number): void;
  /** Resolves once that many sleep; rejects with `signal.reason`. */
  untilSleeping(count: number, signal: AbortSignal): Promise<void>;
}

interface Sleeper {
  readonly due: number;
  wake(): void;
}

export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  const sleepers = new Set<Sleeper>();
  const changes = new EventTarget();
  let elapsed = 0;
  let wall = startMs;
  const clock: ManualClock = {
    now: () => wall + elapsed,
    monotonic: () => elapsed,
    get sleeping() {
      return sleepers.size;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason);
          return;
        }
        const sleeper: Sleeper = { due: elapsed + Math.max(0, ms), wake: () => leave(resolve) };
        const abort = (): void => leave(() => reject(signal.reason));
        function leave(settle: () => void): void {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', abort);
          settle();
        }
        sleepers.add(sleeper);
        signal.addEventListener('abort', abort);
        changes.dispatchEvent(new Event('sleep'));
      });
    },
    async advance(ms) {
      const target = elapsed + ms;
      // Those that run now may be about to lie down.
      await nextTurn();
      for (let next = firstDue(sleepers, target); next; next = firstDue(sleepers, target)) {
        elapsed = Math.max(elapsed, next.due);
        next.wake();
        await nextTurn();
      }
      elapsed = target;
    },
    setNow(nowMs) {
      wall = nowMs - elapsed;
    },
    untilSleeping: (count, signal) => untilSleeping({ count, changes, sleepers }, signal),
  };
  return clock;
}

function firstDue(sleepers: ReadonlySet<Sleeper>, target: number): Sleeper | undefined {
  let first: Sleeper | undefined;
  for (const sleeper of sleepers) {
    if (sleeper.due <= target && (first === undefined || sleeper.due < first.due)) first = sleeper;
  }
  return first;
}

interface SleepWatch {
  readonly count: number;
  readonly changes: EventTarget;
  readonly sleepers: ReadonlySet<Sleeper>;
}

function untilSleeping(
  { count, changes, sleepers }: SleepWatch,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    function look(): void {
      if (signal.aborted) reject(signal.reason);
      else if (sleepers.size < count) return;
      else resolve();
      changes.removeEventListener('sleep', look);
      signal.removeEventListener('abort', look);
    }
    changes.addEventListener('sleep', look);
    signal.addEventListener('abort', look);
    look();
  });
}
