import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { afterEach, expect, it } from 'vitest';
import { boundNursery } from './nursery.ts';

afterEach(() => setFlagsFromString('--semi-space-growth-factor=2'));

const nurseryMb = (): number =>
  (getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0) /
  1024 /
  1024;

it('keeps the nursery within its bound while much survives', { timeout: 30_000 }, async () => {
  const end = boundNursery();
  const { promise, resolve } = Promise.withResolvers<void>();
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
    if (collections >= 25) resolve();
  });
  observer.observe({ entryTypes: ['gc'] });
  const living: object[][] = [];
  const work = (): void => {
    if (collections >= 25) return;
    living.push(Array.from({ length: 20_000 }, (_, at) => ({ at })));
    if (living.length > 25) living.shift();
    setImmediate(work);
  };
  work();
  await promise;
  observer.disconnect();
  end();
  expect(nurseryMb()).toBeLessThanOrEqual(33);
});
