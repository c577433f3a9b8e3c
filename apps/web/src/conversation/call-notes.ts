import type { AgentEvent } from '@cuttle/client';
import type { CallNote } from '../timeline/live-turns.ts';

/** What the fold of a run leaves out of its calls and the page shows: their place and what they say while they work. */
export interface CallNotes {
  hear(event: AgentEvent): void;
  find(callId: string): CallNote | undefined;
}

/** So many of the latest calls are remembered; older ones are among the entries, which know their place. */
const maxNotes = 2000;
const maxProgress = 20_000;

export function createCallNotes(): CallNotes {
  const notes = new Map<string, CallNote>();
  return {
    hear({ data }) {
      if (data.type !== 'tool.call' && data.type !== 'tool.progress') return;
      const { callId, step, index } = data;
      const said = data.type === 'tool.progress' ? data.text : '';
      const progress = `${notes.get(callId)?.progress ?? ''}${said}`.slice(-maxProgress);
      notes.set(callId, { step, index, progress: progress === '' ? undefined : progress });
      const [oldest] = notes.keys();
      if (notes.size > maxNotes && oldest !== undefined) notes.delete(oldest);
    },
    find: (callId) => notes.get(callId),
  };
}
