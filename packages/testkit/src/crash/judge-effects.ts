import type { ModelCall } from '../model-call.ts';
import { emptyVerdict, type CrashVerdict } from './crash-record.ts';
import type { LedgerAttempt } from './tool-ledger.ts';

/** A tool call that a script made: `name` is what its attempts carry as `call`. */
export interface PlannedEffect {
  readonly name: string;
  readonly effect: LedgerAttempt['effect'];
  /** `maybe`: its message may have been stopped before. */
  readonly runs: 'surely' | 'maybe';
}

/**
 * What tools did to the world: an opaque call was asked for at most once, a probeable one took effect once, a pure or keyed one
 * was repeated with the same key only. An opaque call that was cut between its row and its effect did nothing, and is told so.
 */
export function judgeEffects(
  planned: readonly PlannedEffect[],
  attempts: readonly LedgerAttempt[],
): CrashVerdict {
  const lost: string[] = [];
  const doubled: string[] = [];
  const violations: string[] = [];
  const names = new Set(planned.map(({ name }) => name));
  for (const { call } of attempts)
    if (!names.has(call)) violations.push(`A call that no script made took effect: ${call}`);
  for (const { name, effect, runs } of planned) {
    const made = attempts.filter(({ call }) => call === name);
    const applied = made.filter(({ outcome }) => outcome === 'applied').length;
    const keys = new Set(made.map(({ key }) => key));
    if (keys.size > 1) violations.push(`${name} came with ${keys.size} keys`);
    if (effect !== 'pure' && applied > 1) doubled.push(`${name} took effect ${applied} times`);
    if (effect === 'opaque' && made.length > 1) doubled.push(`${name} was repeated`);
    if (effect !== 'opaque' && runs === 'surely' && applied === 0)
      lost.push(`${name} never took effect`);
  }
  return {
    ...emptyVerdict,
    lost,
    doubled: [...new Set(doubled)],
    violations: [...new Set(violations)],
  };
}

/**
 * What the model was asked: a call that was cut is asked again with the very same bytes, and not more often than the gateway
 * was killed. Calls are the same if they belong to the same messages and the same step, and `about` says the same of them.
 */
export function judgeModelCalls(
  calls: readonly ModelCall[],
  kills: number,
  about: (call: ModelCall) => string = () => '',
): CrashVerdict {
  const groups = new Map<string, ModelCall[]>();
  for (const call of calls) {
    const key = stepOf(call) + about(call);
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  const violations: string[] = [];
  for (const [key, same] of groups) {
    const texts = new Set(same.map(({ request }) => request.text));
    if (texts.size > 1)
      violations.push(`The model was asked ${texts.size} different things: ${key}`);
    if (same.length > kills + 1)
      violations.push(`The model was asked ${same.length} times with ${kills} kills: ${key}`);
  }
  return { ...emptyVerdict, violations };
}

function stepOf({ messages }: ModelCall): string {
  const start = messages.findLastIndex(
    ({ role, calls }) => role === 'assistant' && calls.length === 0,
  );
  const since = messages.slice(start + 1);
  const said = since.filter(({ role }) => role === 'user').map(({ text }) => text);
  const ids = said.flatMap((words) =>
    [...words.matchAll(/\[\[id=([\w.:-]+)\]\]/g)].map(([, id]) => id),
  );
  const steps = since.filter(({ role }) => role === 'assistant').length;
  return `${ids.length > 0 ? ids.join('+') : (said.at(-1) ?? '')} step ${steps + 1}`;
}
