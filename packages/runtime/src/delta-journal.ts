import type { Clock, Journal, Log } from '@cuttle/core-types/ports';

const everyMs = 250;
const everyChars = 2048;

/** Journals shown text of an open step coalesced, so that a reader who comes back sees it and an abort keeps it. */
export interface DeltaJournal {
  begin(step: number, attempt: number): void;
  add(text: string): void;
  /** Resolves when what was handed over is stored. */
  settled(): Promise<void>;
}

export function createDeltaJournal(
  { journal, clock, log }: { journal: Journal; clock: Clock; log: Log },
  { runId, fence }: { runId: string; fence: string },
): DeltaJournal {
  let place = { step: 1, attempt: 1 };
  let offset = 0;
  let pending = '';
  let since = clock.monotonic();
  let writing: Promise<void> = Promise.resolve();
  const flush = (): void => {
    const text = pending;
    const input = { runId, fence, ...place, offset, text };
    offset += text.length;
    pending = '';
    since = clock.monotonic();
    // A lost delta loses nothing: the durable step corrects it.
    writing = writing
      .then(() => journal.appendDelta(input))
      .catch((error: unknown) => log.debug('A delta was not journaled.', { error }));
  };
  return {
    begin(step, attempt) {
      place = { step, attempt };
      offset = 0;
      pending = '';
      since = clock.monotonic();
    },
    add(text) {
      pending += text;
      if (pending.length >= everyChars || clock.monotonic() - since >= everyMs) flush();
    },
    settled: () => writing,
  };
}
