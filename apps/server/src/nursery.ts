import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** V8 counts both halves of its nursery: 16 MB for new objects, and as much to move the living to. */
const mostBytes = 32 * 1024 * 1024;

/**
 * Lets V8's nursery grow with the work, and no further than `mostBytes`: a larger one saves no time here and stays in
 * memory. The flag is read at each collection, so it is set after each; what bounds the nursery for good can only be said on
 * node's command line, which is whoever starts us. Returns what ends it.
 */
export function boundNursery(): () => void {
  let grows = true;
  const set = (next: boolean): void => {
    if (next !== grows) setFlagsFromString(`--semi-space-growth-factor=${next ? 2 : 1}`);
    grows = next;
  };
  const look = (): void => {
    const nursery = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    set((nursery?.space_size ?? 0) < mostBytes);
  };
  // The launcher kept it small for the start.
  setFlagsFromString('--semi-space-growth-factor=2');
  const observer = new PerformanceObserver(look);
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
