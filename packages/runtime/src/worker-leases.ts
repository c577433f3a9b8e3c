import type { Kernel } from './kernel.ts';
import { tellOthers } from './subagent-ends.ts';
import { tellAbove } from './tell-above.ts';

/** Leases in one transaction. */
const mostLeases = 100;

/** Puts the tasks of workers that said nothing in time back into the queue, or ends those that were lost too often, and tells who waits for either. */
export async function expireLeases(kernel: Kernel, now: number): Promise<void> {
  // Nobody can report to a process without doors: no silence is a worker's there.
  if (!hasDoors(kernel)) return;
  for (let found = mostLeases; found === mostLeases;) {
    kernel.point('worker.expire.before.commit');
    const { leases, events } = await kernel.store.journal.expireWorkerLeases({
      now,
      limit: mostLeases,
    });
    kernel.point('worker.expire.after.commit');
    await tellOthers(kernel, events);
    for (const { taskId, worker, became } of leases) {
      if (became === 'lost') continue;
      kernel.workerBell.ring(worker);
      await tellAbove(kernel, taskId);
    }
    found = leases.length;
  }
}

/** At the start: workers could not report while the gateway was away. */
export async function renewLeases(kernel: Kernel): Promise<void> {
  if (!hasDoors(kernel)) return;
  kernel.point('worker.renew.before.commit');
  await kernel.store.journal.renewWorkerLeases();
  kernel.point('worker.renew.after.commit');
}

function hasDoors({ channelMode }: Kernel): boolean {
  return channelMode !== 'send-only';
}
