import type { AgentEvent } from './events.ts';
import type { SessionEventPayload } from '@cuttle/core-types/protocol';

/** An event of a followed session. */
export type Heard =
  | { readonly name: 'agent'; readonly payload: AgentEvent }
  | { readonly name: 'session'; readonly payload: SessionEventPayload };

/** How many durable events are remembered; a repeat comes within one resume, so the last thousand are plenty. */
const maxSeen = 1000;

/** Tells durable events that came before. Those without a cursor are always new: the gateway sends them once, in order. */
export function createSeen(): { isNew(heard: Heard): boolean } {
  const keys = new Set<string>();
  return {
    isNew(heard) {
      const key = keyOf(heard);
      if (key === undefined) return true;
      if (keys.has(key)) return false;
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > maxSeen && oldest !== undefined) keys.delete(oldest);
      return true;
    },
  };
}

/**
 * What was heard while a resume was on its way. Live events may come before the replay and then again in it:
 * the later place is the right one, because the replay is in order.
 */
export function withoutRepeats<Item extends Heard>(items: readonly Item[]): readonly Item[] {
  const last = new Map(items.map((item, index) => [keyOf(item), index]));
  return items.filter((item, index) => {
    const key = keyOf(item);
    return key === undefined || last.get(key) === index;
  });
}

/** A replayed event has the cursor of the first time; other numbers of it may differ. */
function keyOf({ name, payload }: Heard): string | undefined {
  const { cursor } = payload;
  if (cursor === undefined) return undefined;
  return JSON.stringify([cursor, name === 'agent' ? payload.data.type : payload.kind]);
}
