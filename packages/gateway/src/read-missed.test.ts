import { expect, it } from 'vitest';
import { readMissed } from './read-missed.ts';

interface Event {
  readonly seq: number;
}

/** Rows of a session, those of `gone` deleted, and a reader from whom the live ones are kept. */
function openSession({ gone = [] }: { readonly gone?: readonly number[] } = {}) {
  const rows: Event[] = [];
  const told: number[] = [];
  const ends: unknown[] = [];
  let missed = 0;
  let whileReading: (() => void) | undefined;
  return {
    told,
    ends,
    /** Committed, and kept from the reader. */
    happen(seq: number): void {
      if (!gone.includes(seq)) rows.push({ seq });
      missed = seq;
    },
    /** Once, between the look at the rows and its answer. */
    whileReading(act: () => void): void {
      whileReading = act;
    },
    missing: {
      missed: () => missed,
      async read(after: number): Promise<readonly Event[]> {
        const found = rows.filter(({ seq }) => seq > after);
        await Promise.resolve();
        whileReading?.();
        whileReading = undefined;
        return found;
      },
      async tell(events: readonly Event[]): Promise<void> {
        told.push(...events.map(({ seq }) => seq));
      },
      end: (all: unknown) => void ends.push(all),
    },
  };
}

it('tells what happened while there was nothing to read yet', async () => {
  const { missing, happen, told, ends, whileReading } = openSession();
  whileReading(() => happen(6));
  await readMissed(5, missing);
  expect(ends).toEqual([{ last: 6, told: 1 }]);
  expect(told).toEqual([6]);
});

it('tells what happened while others were read', async () => {
  const { missing, happen, told, ends, whileReading } = openSession();
  happen(6);
  whileReading(() => happen(7));
  await readMissed(5, missing);
  expect(ends).toEqual([{ last: 7, told: 2 }]);
  expect(told).toEqual([6, 7]);
});

it('waits for no row that is gone', async () => {
  const { missing, happen, told, ends } = openSession({ gone: [6] });
  happen(6);
  await readMissed(5, missing);
  expect(ends).toEqual([{ last: 6, told: 0 }]);
  expect(told).toEqual([]);
});
