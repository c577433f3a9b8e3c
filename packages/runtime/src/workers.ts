import { CuttleError } from '@cuttle/core-types/errors';
import type { ClaimedTask, WorkerJournal, WorkerPlace } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { tellOthers } from './subagent-ends.ts';
import { tellAbove } from './tell-above.ts';

interface Held {
  readonly kind: 'held' | 'stopped';
  readonly acked: number;
}

/** What workers outside may ask of the kernel. `subagent.lease-lost` is thrown where another one may have the task by now. */
export interface WorkerControl {
  /** The next task of a name; undefined where none came in `waitMs`. Throws `gateway.draining`, `gateway.busy`. */
  claim(
    input: {
      readonly worker: string;
      readonly holder: string;
      readonly key: string;
      readonly leaseMs: number;
      readonly waitMs: number;
    },
    signal: AbortSignal,
  ): Promise<ClaimedTask | undefined>;
  report(input: Parameters<WorkerJournal['reportWorkerTask']>[0]): Promise<Held>;
  finish(
    input: Parameters<WorkerJournal['finishWorkerTask']>[0],
  ): Promise<Held & { readonly ended: boolean }>;
}

/** Claims that wait at once; each holds a request open. */
const mostWaiting = 200;

export function createWorkers(kernel: Kernel, draining: AbortSignal): WorkerControl {
  const { journal } = kernel.store;
  return {
    async claim(input, signal) {
      if (kernel.workerBell.size() >= mostWaiting)
        throw new CuttleError('gateway.busy', 'Too many workers wait for a task.');
      const until = kernel.clock.now() + input.waitMs;
      for (;;) {
        if (draining.aborted)
          throw new CuttleError('gateway.draining', 'The gateway takes nothing new.');
        const task = await look(kernel, { ...input, until }, AbortSignal.any([signal, draining]));
        signal.throwIfAborted();
        if (task || kernel.clock.now() >= until) return task;
      }
    },
    async report(input) {
      kernel.point('worker.report.before.commit');
      const result = await journal.reportWorkerTask(input);
      kernel.point('worker.report.after.commit');
      if (result.kind === 'lost') throw lost(input);
      if (result.kind === 'stopped') return result;
      // The timer knows of no lease that had expired.
      if (result.isBack) kernel.subagentTimers.wake();
      if (result.isNews || result.isBack) await tellAbove(kernel, input.taskId);
      return result;
    },
    async finish(input) {
      kernel.point('worker.finish.before.commit');
      const result = await journal.finishWorkerTask(input);
      kernel.point('worker.finish.after.commit');
      if (result.kind === 'lost') throw lost(input);
      if (result.kind === 'stopped') return { ...result, ended: true };
      await tellOthers(kernel, result.events);
      const { kind, acked, ended } = result;
      if (!ended) kernel.subagentTimers.wake();
      return { kind, acked, ended };
    },
  };
}

function lost({ taskId }: WorkerPlace): CuttleError {
  return new CuttleError('subagent.lease-lost', `The task ${taskId} is not leased to you.`);
}

/** Claims what waits, or sleeps until something may: a task was given away, a lease expired, the time is over. */
async function look(
  kernel: Kernel,
  {
    waitMs: _waited,
    until,
    ...input
  }: Parameters<WorkerControl['claim']>[0] & { readonly until: number },
  end: AbortSignal,
): Promise<ClaimedTask | undefined> {
  const { clock, store, workerBell } = kernel;
  // Before the rows are read: what is given away meanwhile rings for this one.
  const bell = workerBell.listen(input.worker);
  try {
    const found = await store.reader.findWorkerWork(input);
    // Nothing of it where another one was faster: then it is looked at again.
    if (found !== undefined) return await claimNow(kernel, input);
    const sleepMs = until - clock.now();
    const ends = AbortSignal.any([bell.signal, end]);
    if (sleepMs > 0) await clock.sleep(sleepMs, ends).catch(() => {}); // woken early
    return undefined;
  } finally {
    bell.leave();
  }
}

async function claimNow(
  kernel: Kernel,
  input: Omit<Parameters<WorkerJournal['claimWorkerTask']>[0], 'fence'>,
): Promise<ClaimedTask | undefined> {
  const claim = { ...input, fence: kernel.newId() };
  kernel.point('worker.claim.before.commit');
  const task = await kernel.store.journal.claimWorkerTask(claim);
  kernel.point('worker.claim.after.commit');
  if (!task) return undefined;
  kernel.subagentTimers.wake();
  await tellAbove(kernel, task.taskId);
  return task;
}
