import { expect, it } from 'vitest';
import { createNewest } from './newest-entries.ts';

/** A reading that ends when told to, and who asks for one. */
function open(): {
  readonly newest: { ask(): void };
  readonly readings: PromiseWithResolvers<void>[];
  readonly failures: unknown[];
  readonly counts: number[];
} {
  const readings: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const counts: number[] = [];
  const read = (): Promise<void> => {
    const reading = Promise.withResolvers<void>();
    readings.push(reading);
    return reading.promise;
  };
  const newest = createNewest(read, (error, count) => {
    failures.push(error);
    counts.push(count);
  });
  return { newest, readings, failures, counts };
}

async function passTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

it('reads one after another, and once more however often it is asked meanwhile', async () => {
  const { newest, readings } = open();
  for (let asked = 0; asked < 5; asked += 1) newest.ask();
  expect(readings).toHaveLength(1);
  readings[0]?.resolve();
  await passTurns(10);
  expect(readings).toHaveLength(2);
  readings[1]?.resolve();
  await passTurns(10);
  expect(readings).toHaveLength(2);
});

it.each([0, 1, 2, 3, 4, 5, 6])(
  'reads again where it is asked %i turns after a reading ended',
  async (turns) => {
    const { newest, readings } = open();
    newest.ask();
    readings[0]?.resolve();
    await passTurns(turns);
    newest.ask();
    await passTurns(10);
    expect(readings).toHaveLength(2);
  },
);

it('tells how many readings in a row failed', async () => {
  const { newest, readings, counts } = open();
  for (const [index, fails] of [true, true, false, true].entries()) {
    newest.ask();
    if (fails) readings[index]?.reject(new Error('gone'));
    else readings[index]?.resolve();
    await passTurns(10);
  }
  expect(counts).toEqual([1, 2, 1]);
});

it('reads again where it is asked during a reading that fails', async () => {
  const { newest, readings, failures } = open();
  newest.ask();
  newest.ask();
  readings[0]?.reject(new Error('gone'));
  await passTurns(10);
  expect(failures).toEqual([new Error('gone')]);
  expect(readings).toHaveLength(2);
});
