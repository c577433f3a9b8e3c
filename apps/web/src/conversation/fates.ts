import type { Client, FollowedSession } from '@cuttle/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Turn, UserTurn } from '../timeline/turns.ts';

/** What became of messages that no answer follows. */
export interface Fates {
  readonly known: ReadonlySignal<ReadonlyMap<string, Fate>>;
  /** Asks for the fate of messages that stand without an answer; each once. */
  look(turns: readonly Turn[], session: FollowedSession): void;
}
export interface Fate {
  readonly state: string;
  readonly reason: string | undefined;
}

/** Messages further up are history; nobody waits for them. */
const maxAsked = 10;

export function createFates(client: Pick<Client, 'call'>, end: AbortSignal): Fates {
  const known = signal<ReadonlyMap<string, Fate>>(new Map());
  const asked = new Set<string>();
  const ask = async (id: string): Promise<void> => {
    const { state, reason } = await client.call('messages.fate', { id }, end);
    known.value = new Map([...known.value, [id, { state, reason }]]);
  };
  return {
    known,
    look(turns, { phase, activeRunId }) {
      if (phase !== 'live') return;
      for (const { inboundId } of unanswered(turns, activeRunId).slice(-maxAsked)) {
        if (inboundId === undefined || asked.has(inboundId)) continue;
        asked.add(inboundId);
        // Not told is not wrong: the message stays as it is shown and is asked for at the next change.
        ask(inboundId).catch(() => asked.delete(inboundId));
      }
    },
  };
}

function unanswered(turns: readonly Turn[], activeRunId: string | undefined): UserTurn[] {
  return turns.filter((turn, index): turn is UserTurn => {
    if (turn.kind !== 'user' || turn.state !== 'taken' || turn.seq === undefined) return false;
    if (turn.runId !== undefined && turn.runId === activeRunId) return false;
    return !turns
      .slice(index + 1)
      .some((later) => later.kind === 'answer' && isFor(later.runId, turn, turns[index + 1]));
  });
}

/** Merged messages share an answer below the last of them. */
function isFor(runId: string, turn: UserTurn, next: Turn | undefined): boolean {
  return turn.runId === undefined ? next?.kind === 'answer' : runId === turn.runId;
}
