import type { Origin } from './message.ts';
import type { GivenUpCall, ModelEvent } from './ports/provider.ts';
import type { Usage } from './usage.ts';

/** What one model call has told of itself so far, kept for the case that it is cut. */
export interface CallTally {
  hear(event: ModelEvent): void;
  /** Whether it has told anything, so that it was surely begun. */
  readonly isHeard: boolean;
  toCut(origin: Origin): GivenUpCall;
}

export function createCallTally(): CallTally {
  let usage: Usage | undefined;
  let said = '';
  let isHeard = false;
  return {
    get isHeard() {
      return isHeard;
    },
    hear(event) {
      isHeard = true;
      if (event.type === 'usage') {
        ({ usage } = event);
        said = '';
      } else {
        said += wordsOf(event);
      }
    },
    toCut: (origin) => ({ origin, said, ...(usage && { usage }) }),
  };
}

function wordsOf(event: ModelEvent): string {
  switch (event.type) {
    case 'text.delta':
    case 'thinking.delta':
      return event.text;
    case 'tool.call':
      return `${event.name} ${JSON.stringify(event.input)}`;
    case 'thinking.end':
    case 'opaque':
    case 'route':
    case 'call.start':
    case 'call.cut':
    case 'usage':
    case 'finish':
      return '';
  }
}
