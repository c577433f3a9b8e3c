import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

// In a process of its own: the flag and the nursery are those of a whole process, and files of tests share one.
const program = `
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { boundNursery } from ${JSON.stringify(new URL('nursery.ts', import.meta.url).href)};
if (process.argv[1] === 'bounded') boundNursery();
let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });
const living = [];
const work = () => {
  if (collections >= 25) return report();
  living.push(Array.from({ length: 20_000 }, (_, at) => ({ at })));
  if (living.length > 25) living.shift();
  setImmediate(work);
};
const report = () => {
  const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  console.log(space_size / 1024 / 1024);
  process.exit(0);
};
work();`;

/** What the nursery of a process comes to while much survives, in MB. */
function growNursery(how: 'bounded' | 'free'): number {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-semi-space-size=64', '--input-type=module', '--eval', program, how],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  return Number(stdout);
}

it('keeps the nursery within its bound while much survives', { timeout: 60_000 }, () => {
  expect(growNursery('bounded')).toBeLessThanOrEqual(33);
  expect(growNursery('free')).toBeGreaterThan(33);
});
