import { describe, expect, it } from 'vitest';
import type { StoreCounts } from './run-tally.ts';
import { type Workplace, workOff, workUntil } from './work-off.ts';

const none: StoreCounts = {
  queued: 0,
  running: 0,
  parked: 0,
  undelivered: 0,
  dead: 0,
  unconfirmed: 0,
  sessions: 0,
  subagents: 0,
};
const never = new Promise<never>(() => {});

function place(over: Partial<Workplace> = {}): Workplace & { readonly drained: number[] } {
  const drained: number[] = [];
  return {
    drained,
    settled: () => never,
    counts: async () => none,
    failed: never,
    drain: async (graceMs) => void drained.push(graceMs),
    ...over,
  };
}
const stop = { first: never, second: never };

describe('workOff', () => {
  it('ends when all is done', async () => {
    const server = place({ settled: async () => {} });
    const reports: StoreCounts[] = [];
    const report = (left: StoreCounts): void => void reports.push(left);
    expect(await workOff(server, { stop, report })).toBe(0);
    expect(reports).toEqual([none]);
    expect(server.drained).toEqual([20_000]);
  });

  it('says by its status that something had to be left', async () => {
    const counts = async (): Promise<StoreCounts> => ({ ...none, parked: 1 });
    const server = place({ settled: async () => {}, counts });
    expect(await workOff(server, { stop, report: () => {} })).toBe(75);
  });

  it('ends by a signal, at once by a second', async () => {
    const signals = {
      first: Promise.resolve('SIGINT' as const),
      second: Promise.resolve('SIGINT' as const),
    };
    const server = place({ drain: () => never });
    expect(await workOff(server, { stop: signals, report: () => {} })).toBe(0);
    expect(await workUntil(server, signals)).toBe(0);
  });

  it('ends when the store is lost, without a report', async () => {
    const server = place({ failed: Promise.resolve(new Error('lost')) });
    const report = (): never => {
      throw new Error('reported');
    };
    expect(await workOff(server, { stop, report })).toBe(70);
    expect(await workUntil(server, stop)).toBe(70);
  });
});
