import { ParkReason, RunEvent, type RunEventOf } from '@cuttle/core-types';
import type { DurableEvent, StoredRun, StoredStep } from '@cuttle/core-types/ports';

/** The run event a durable event stands for, from the rows as they are now; undefined where there is nothing to tell of it. */
export function rebuildEvent({ kind, ref }: DurableEvent, run: StoredRun): RunEvent | undefined {
  const step = run.steps.find((row) => row.step === ref.step);
  switch (kind) {
    case 'run.start':
      return { type: 'run.start', model: '' };
    case 'step.start':
      return step && { type: 'step.start', step: step.step, attempt: ref.attempt ?? 1 };
    case 'step.restart':
      return step && restart(step, ref.attempt ?? 2);
    case 'step.end':
      return step && stepEnd(step);
    case 'tool.call':
    case 'tool.result':
      return step && ref.index !== undefined ? callEvent(kind, step, ref.index) : undefined;
    case 'compaction.start':
      return { type: 'compaction.start' };
    case 'compaction.end':
      return compactionEnd(ref.detail);
    case 'run.park':
      return parked(ref.detail);
    case 'approval.request':
      return approvalRequest(ref.approvalId, step);
    case 'approval.resolve':
      return approvalResolve(ref);
    case 'run.end':
      return run.outcome && { type: 'run.end', outcome: run.outcome };
    case 'inbound':
    case 'command':
    case 'session.reset':
    case 'compaction.undo':
    case 'subagent.start':
    case 'subagent.end':
      return undefined;
  }
}

function restart({ step }: StoredStep, attempt: number): RunEvent {
  return { type: 'text.reset', blockId: `${step}.0`, step, attempt };
}

function stepEnd({ step, answer, finish, usage }: StoredStep): RunEvent | undefined {
  if (!answer || !finish || !usage) return undefined;
  const model = answer.origin ? `${answer.origin.provider}/${answer.origin.model}` : '';
  return { type: 'step.end', step, message: answer, finish, usage, model };
}

function callEvent(
  kind: 'tool.call' | 'tool.result',
  { step, calls }: StoredStep,
  index: number,
): RunEvent | undefined {
  const call = calls.find((row) => row.index === index);
  if (!call) return undefined;
  const { callId, tool: name, input, state, result } = call;
  if (kind === 'tool.call') return { type: 'tool.call', step, index, callId, name, input };
  if (!result || state === 'planned' || state === 'started') return undefined;
  return { type: 'tool.result', step, index, callId, name, state, result };
}

function compactionEnd(detail: DurableEvent['ref']['detail']): RunEvent | undefined {
  const said = typeof detail === 'object' && !Array.isArray(detail) ? detail : {};
  return RunEvent.safeParse({ ...said, type: 'compaction.end' }).data;
}

function parked(detail: DurableEvent['ref']['detail']): RunEvent | undefined {
  const reason = ParkReason.safeParse(detail);
  return reason.success ? { type: 'run.park', reason: reason.data } : undefined;
}

function approvalRequest(
  approvalId: string | undefined,
  step: StoredStep | undefined,
): RunEvent | undefined {
  const call = step?.calls.find((row) => row.approvalId === approvalId);
  if (!step || !call || approvalId === undefined) return undefined;
  const { index, tool: name, input } = call;
  return { type: 'approval.request', approvalId, step: step.step, index, name, input };
}

/** The end of an approval; its event says all of it. */
export function approvalResolve({
  approvalId,
  detail,
}: DurableEvent['ref']): RunEventOf<'approval.resolve'> | undefined {
  const read = RunEvent.safeParse({ type: 'approval.resolve', approvalId, decision: detail });
  return read.data?.type === 'approval.resolve' ? read.data : undefined;
}
