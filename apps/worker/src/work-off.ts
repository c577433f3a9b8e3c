import type { CuttleServer, untilSignal } from '@cuttle/server';
import { isWorkLeft, type StoreCounts } from './run-tally.ts';

type Stop = ReturnType<typeof untilSignal>;
/** What is needed of a server. */
export type Workplace = Pick<CuttleServer, 'settled' | 'counts' | 'failed' | 'drain'>;

/** A run under way has so long to end after a signal; a second signal ends at once. */
const graceMs = 20_000;
/** Something had to be left: try again later. EX_TEMPFAIL of sysexits. */
const leftOver = 75;
/** The store is lost: start again. EX_SOFTWARE of sysexits. */
const lostStore = 70;

/** Works until nothing is left to do or a signal comes, and reports. Resolves with the exit status. */
export async function workOff(
  server: Workplace,
  { stop, report }: { readonly stop: Stop; readonly report: (left: StoreCounts) => void },
): Promise<number> {
  const end = await Promise.race([
    server.settled().then(() => 'settled' as const),
    stop.first.then(() => 'stopped' as const),
    server.failed.then(() => 'lost' as const),
  ]);
  if (end === 'lost') return lostStore;
  const left = await server.counts();
  report(left);
  await Promise.race([server.drain(graceMs), stop.second]);
  return isWorkLeft(left) ? leftOver : 0;
}

/** Works until a signal comes. Resolves with the exit status. */
export async function workUntil(server: Workplace, stop: Stop): Promise<number> {
  const end = await Promise.race([stop.first, server.failed.then(() => 'lost' as const)]);
  if (end === 'lost') return lostStore;
  await Promise.race([server.drain(graceMs), stop.second]);
  return 0;
}
