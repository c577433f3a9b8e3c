import type { Kernel } from './kernel.ts';
import type { SubagentControl } from './subagents.ts';
import { expireLeases } from './worker-leases.ts';

/** Longest sleep before the rows are asked again: a clock that jumped is noticed. */
const mostSleepMs = 30_000;

/** Ends sub-agents that are late, wakes runs that waited long enough and notices workers that are silent for too long. The rows are the truth; the timer only says when to look. */
export interface SubagentTimers {
  /** Something is due at another moment than before: look again. */
  wake(): void;
  /** Runs until aborted. Never rejects. */
  run(
    parts: { readonly kernel: Kernel; readonly subagents: Pick<SubagentControl, 'stop'> },
    signal: AbortSignal,
  ): Promise<void>;
}

export function createSubagentTimers(): SubagentTimers {
  let nudge = new AbortController();
  return {
    wake: () => nudge.abort(),
    async run({ kernel, subagents }, signal) {
      while (!signal.aborted) {
        nudge = new AbortController();
        const next = await look(kernel, subagents).catch((error: unknown) => {
          kernel.log.error('Late sub-agents could not be ended; it is tried again.', { error });
          return undefined;
        });
        const sleepMs = Math.min(mostSleepMs, Math.max(0, (next ?? Infinity) - kernel.clock.now()));
        await kernel.clock.sleep(sleepMs, AbortSignal.any([signal, nudge.signal])).catch(() => {}); // woken early
      }
    },
  };
}

async function look(
  kernel: Kernel,
  subagents: Pick<SubagentControl, 'stop'>,
): Promise<number | undefined> {
  const now = kernel.clock.now();
  const { late, sessions, expired, next } = await kernel.store.reader.findSubagentTimers({
    now,
    limit: 100,
  });
  for (const subagentId of late) await subagents.stop({ subagentId, by: 'timeout' });
  if (expired) await expireLeases(kernel, now);
  for (const sessionId of sessions) kernel.sessions.wake(sessionId);
  return next;
}
