import type { Principal, TaintSource } from '@cuttle/core-types';
import type { Memory } from './create-memory.ts';
import { appendNote, hasNote } from './facts.ts';
import { dayFile, reachOf } from './memory-path.ts';

interface Place {
  readonly agentId: string;
  readonly principal: Principal;
  readonly sessionKey: string;
  /** Unix ms: of the day's file. */
  readonly at: number;
  readonly key: string;
}

/** Notes that the gateway itself writes into the file of a day, where those of the same person's calls are. All of a key, or none. */
export function createMemoryNotes({
  memory,
}: {
  readonly memory: Pick<Memory, 'find' | 'change'>;
}): {
  has(place: Place, signal: AbortSignal): Promise<boolean>;
  append(
    notes: Place & { readonly notes: readonly string[]; readonly taint: readonly TaintSource[] },
    signal: AbortSignal,
  ): Promise<void>;
} {
  return {
    async has(place, signal) {
      const path = dayFile(reachOf(place), place.at);
      const file = await memory.find({ agentId: place.agentId, path }, signal);
      return file !== undefined && hasNote(file.text, onceOf(place, 0));
    },
    async append({ notes, taint, ...place }, signal) {
      const { agentId, at } = place;
      const path = dayFile(reachOf(place), at);
      const title = new Date(at).toISOString().slice(0, 10);
      const change = (file: string | undefined): string | undefined => {
        if (file !== undefined && hasNote(file, onceOf(place, 0))) return undefined;
        return notes.reduce<string | undefined>((text, note, index) => {
          const once = onceOf(place, index);
          return appendNote(text, { text: note, title, once, taint }) ?? text;
        }, file);
      };
      await memory.change({ agentId, path, change }, signal);
    },
  };
}

function onceOf({ key }: Place, index: number): string {
  return `${key}:${index}`;
}
