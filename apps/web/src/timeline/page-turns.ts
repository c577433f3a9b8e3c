import type { Fate } from '../conversation/fates.ts';
import { isTextCode, textFor } from '@cuttle/core-types/texts';
import type { Turn } from './turns.ts';

/** A command that was carried out from this page, and what the gateway said to it. */
export interface Note {
  readonly id: string;
  /** The last entry when it was said. */
  readonly afterSeq: number;
  readonly at: string;
  readonly command: string;
  readonly text: string;
}

/** Notes among the turns, where they were said. */
export function withNotes(turns: readonly Turn[], notes: readonly Note[]): readonly Turn[] {
  if (notes.length === 0) return turns;
  const all = [...turns];
  for (const note of notes) {
    const { id, command, text } = note;
    const later = all.findIndex((turn) => isAfter(turn, note));
    const place = later < 0 ? all.length : later;
    all.splice(place, 0, { kind: 'note', key: `note:${id}`, command, text });
  }
  return all;
}

/** What is not stored yet is compared by time; both times are of this machine. */
function isAfter(turn: Turn, { afterSeq, at }: Note): boolean {
  if (turn.kind === 'note') return false;
  return turn.seq === undefined ? turn.at !== undefined && turn.at > at : turn.seq > afterSeq;
}

/** Messages that will not be answered say so. */
export function withFates(
  turns: readonly Turn[],
  fates: ReadonlyMap<string, Fate>,
): readonly Turn[] {
  if (fates.size === 0) return turns;
  return turns.map((turn) => {
    if (turn.kind !== 'user' || turn.inboundId === undefined) return turn;
    const fate = fates.get(turn.inboundId);
    if (!fate || !ended.has(fate.state)) return turn;
    return { ...turn, state: 'failed', reason: toReason(fate) };
  });
}

const ended: ReadonlySet<string> = new Set(['failed', 'cancelled', 'refused']);

function toReason({ state, reason }: Fate): string {
  if (reason === undefined)
    return state === 'cancelled' ? 'It was stopped.' : 'It was not answered.';
  return isTextCode(reason) ? textFor(reason) : reason;
}
