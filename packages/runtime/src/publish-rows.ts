import type { RunEvent } from '@cuttle/core-types';
import type { DurableEvent, StoredRun } from '@cuttle/core-types/ports';
import type { Kernel } from './kernel.ts';
import { approvalResolve, rebuildEvent } from './rebuild-event.ts';
import { seqAfter } from './run-state.ts';

/** What a transaction may write under a run that nobody works on any more, and that nobody else tells. */
const untold: ReadonlySet<DurableEvent['kind']> = new Set([
  'approval.resolve',
  'tool.call',
  'tool.result',
]);

/**
 * Tells the listeners what a transaction wrote of the calls and approvals of runs, from the rows: who listens hears what who reads later
 * finds. Never rejects. Gives the numbers that further events of these runs take.
 */
export async function publishRows(
  kernel: Kernel,
  events: readonly DurableEvent[],
): Promise<(runId: string) => number> {
  const runs = new Map<string, StoredRun | undefined>();
  const next = createNumbers(kernel, (runId) => runs.get(runId)?.createdAt);
  for (const event of events) {
    const { runId, kind } = event;
    if (runId === undefined) continue;
    const isNumbered = kind === 'run.end' && !kernel.active.findRun(runId);
    if (!untold.has(kind) && !isNumbered) continue;
    if (!runs.has(runId)) runs.set(runId, await findRun(kernel, runId));
    const run = runs.get(runId);
    const rebuilt = run && untold.has(kind) ? rebuildEvent(event, run) : undefined;
    if (run && rebuilt) publishOne(kernel, { run, durable: event, event: rebuilt, next });
  }
  return next;
}

async function findRun(kernel: Kernel, runId: string): Promise<StoredRun | undefined> {
  try {
    return await kernel.store.reader.findRun(runId);
  } catch (error) {
    kernel.log.warn('Events were not told live; they are in the history.', { error, runId });
    return undefined;
  }
}

/** The same of approvals that a message withdrew, which say all of it themselves. */
export function publishWithdrawn(
  kernel: Kernel,
  run: Pick<StoredRun, 'runId' | 'createdAt' | 'sessionKey'>,
  events: readonly DurableEvent[],
): void {
  const next = createNumbers(kernel, () => run.createdAt);
  for (const durable of events) {
    const event = durable.kind === 'approval.resolve' ? approvalResolve(durable.ref) : undefined;
    if (event) publishOne(kernel, { run, durable, event, next });
  }
}

/** Rising over events of one instant too. */
function createNumbers(
  kernel: Kernel,
  createdAt: (runId: string) => number | undefined,
): (runId: string) => number {
  const last = new Map<string, number>();
  return (runId) => {
    const active = kernel.active.findRun(runId);
    const due = active?.nextSeq() ?? seqAfter(kernel, createdAt(runId) ?? 0);
    const seq = Math.max(due, (last.get(runId) ?? 0) + 1);
    last.set(runId, seq);
    return seq;
  };
}

function publishOne(
  kernel: Kernel,
  update: {
    readonly run: Pick<StoredRun, 'runId' | 'sessionKey'>;
    readonly durable: DurableEvent;
    readonly event: RunEvent;
    readonly next: (runId: string) => number;
  },
): void {
  const { event, next } = update;
  const { runId, sessionKey } = update.run;
  const { sessionId, seq: eventSeq } = update.durable;
  const text = (): string => kernel.active.findRun(runId)?.text() ?? '';
  kernel.hub.publishRun({ sessionId, sessionKey, runId, seq: next(runId), eventSeq, event, text });
}
