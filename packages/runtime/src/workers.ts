import { CuttleError } from '@cuttle/core-types/errors';
import type { ClaimedTask, TaskReport, WorkerJournal, WorkerPlace } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { tellOthers } from './subagent-ends.ts';
import { tellAbove } from './tell-above.ts';

type Held = Exclude<TaskReport, { kind: 'lost' }>;

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
      const result = await journal.reportWorkerTask(input);
      if (result.kind === 'lost') throw lost(input);
      if (result.kind === 'held' && result.isNews) await tellAbove(kernel, input.taskId);
      return result;
    },
    async finish(input) {
      kernel.point('subagent.complete.before.commit');
      const result = await journal.finishWorkerTask(input);
      kernel.point('subagent.complete.after.commit');
      if (result.kind === 'lost') throw lost(input);
      if (result.kind === 'stopped') return { ...result, ended: true };
      await tellOthers(kernel, result.events);
      const { acked, ended } = result;
      return { kind: 'held', acked, isNews: ended, ended };
    },
  };
}

function lost({ taskId }: WorkerPlace): CuttleError {
  return new CuttleError('subagent.lease-lost', `The task ${taskId} is not leased to you.`);
}

/** Claims what waits, or sleeps until something may: a task was given away, a lease expires, the time is over. */
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
    const now = clock.now();
    const { waits, nextAt = Infinity } = await store.reader.findWorkerWork({ ...input, now });
    // Nothing of it where another one was faster: then it is looked at again.
    if (waits) return await claimNow(kernel, input);
    const sleepMs = Math.min(until, Math.max(nextAt, now + 10)) - clock.now();
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
  const { task, events } = await kernel.store.journal.claimWorkerTask(claim);
  await tellOthers(kernel, events);
  if (task) await tellAbove(kernel, task.taskId);
  return task;
}
