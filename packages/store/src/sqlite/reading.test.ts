import { CuttleError } from '@cuttle/core-types/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReading, type Reading } from './reading.ts';
import type { Thread } from './thread.ts';

interface Fake {
  readonly reading: Reading;
  readonly started: () => number;
  readonly ended: () => number;
  readonly asked: string[];
}

function open(start?: () => Promise<Thread<undefined>>): Fake {
  let started = 0;
  let ended = 0;
  const asked: string[] = [];
  const thread: Thread<undefined> = {
    boot: 'b',
    epoch: 'e',
    health: undefined,
    call: async (op) => asked.push(`thread ${op}`),
    close: async () => {
      ended += 1;
    },
  };
  const reading = createReading({
    writer: async (op) => asked.push(`writer ${op}`),
    start: async () => {
      started += 1;
      return (await start?.()) ?? thread;
    },
  });
  return { reading, started: () => started, ended: () => ended, asked };
}

const closed = new CuttleError('store.failed', 'Closed.');

describe('reads', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are answered by the writer while they are few', async () => {
    const { reading, started, asked } = open();
    for (let second = 0; second < 5; second += 1) {
      for (let n = 0; n < 20; n += 1) await reading.call('findRun');
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(started()).toBe(0);
    expect(new Set(asked)).toEqual(new Set(['writer findRun']));
    await reading.close(closed);
  });

  it('get a thread of their own when they are many, and lose it when there are none', async () => {
    const { reading, started, ended, asked } = open();
    for (let n = 0; n < 40; n += 1) await reading.call('findRun');
    expect(asked.at(-1)).toBe('thread findRun');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended()).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ended()).toBe(1);
    await reading.call('findRun');
    expect(asked.at(-1)).toBe('writer findRun');
    expect(started()).toBe(1);
    await reading.close(closed);
  });

  it('wait for the thread where they look at many rows', async () => {
    const { reading, asked, ended } = open();
    await Promise.all([reading.call('searchMessages'), reading.call('usage')]);
    expect(asked).toEqual(['thread searchMessages', 'thread usage']);
    await reading.close(closed);
    expect(ended()).toBe(1);
    await expect(reading.call('findRun')).rejects.toBe(closed);
  });

  it('stay with the writer where no thread can be started', async () => {
    const refused = new CuttleError('internal', 'No more threads.');
    const { reading, asked } = open(() => Promise.reject(refused));
    for (let n = 0; n < 40; n += 1) await reading.call('findRun');
    expect(asked.at(-1)).toBe('writer findRun');
    await expect(reading.call('searchMessages')).rejects.toBe(refused);
    await reading.close(closed);
  });
});
