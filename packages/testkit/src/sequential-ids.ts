import type { NewId } from '@cuttle/core-types';

/** Ids that can be foreseen: UUIDv7 in form, counted from 1. Two makers need two `series` to differ. */
export function sequentialIds(series = 0): NewId {
  let count = 0;
  const head = `00000000-0000-7000-8000-${series.toString(16).padStart(4, '0')}`;
  return () => {
    count += 1;
    return head + count.toString(16).padStart(8, '0');
  };
}
