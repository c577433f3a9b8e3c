import type { TaintSource } from '@cuttle/core-types';
import type { AcceptInput } from '@cuttle/core-types/ports';
import { toStored } from '../stored-json.ts';
import { addEvent, type LockedSession, type Unit } from '../unit.ts';

/** Whether this message begins a new life of its session: the last one was silent for too long, and something was said in it. */
export function isRenewing(session: LockedSession, { renew, verdict }: AcceptInput): boolean {
  if (!renew || verdict.kind !== 'queue' || session.archived === 1) return false;
  return session.active_at !== null && session.active_at < renew.before && session.messages > 0;
}

/** A new life of the place; its run place is free. What was said before stays in the history. */
export function renewSession(unit: Unit, session: LockedSession): void {
  session.generation += 1;
  session.messages = 0;
  session.taint = toStored<readonly TaintSource[]>([]);
  session.summary_upto = null;
  session.context_tokens = null;
  const ref = { detail: { generation: session.generation } };
  addEvent(unit, session, { kind: 'session.reset', ref });
}
