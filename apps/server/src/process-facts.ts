import { monitorEventLoopDelay } from 'node:perf_hooks';
import { memoryUsage, pid, uptime } from 'node:process';
import type { ProcessFacts } from '@cuttle/gateway';

/** How this process is. The delay of the event loop is measured from the first reading on. */
export function createProcessFacts(
  parts: Pick<ProcessFacts, 'version' | 'home' | 'url' | 'notReady' | 'configProblems' | 'model'>,
): ProcessFacts {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return {
    ...parts,
    pid,
    uptimeMs: () => Math.round(uptime() * 1000),
    memoryBytes: () => memoryUsage.rss(),
    eventLoopP99Ms() {
      const ms = delay.percentile(99) / 1e6;
      delay.reset();
      // The histogram counts its own interval of 10 ms.
      return Number.isFinite(ms) ? Math.max(0, Math.round((ms - 10) * 10) / 10) : 0;
    },
  };
}
