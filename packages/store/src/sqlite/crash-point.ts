import { kill, pid } from 'node:process';

/** Instants of a transaction's life that a crash test may cut; durability §5 names them. */
export const storePointNames = [
  'boot.after.lock',
  'migrate.before.commit',
  'migrate.after.commit',
  'boot.before.epoch',
  'boot.after.epoch',
  'accept.after.insert',
  'abort.between.levels',
  'purge.after.slice',
  'store.after.begin',
  'store.after.call',
  'store.before.commit',
  'store.after.commit',
  'store.before.reply',
  'store.after.reply',
  'checkpoint.before',
  'checkpoint.after',
  'close.before.clean',
] as const;
export type StorePointName = (typeof storePointNames)[number];

/** A cut: at the `hit`-th passing of `name` the process dies, or (`error`) the statement that follows fails without telling whether it took effect. */
export interface CrashPoint {
  readonly name: StorePointName;
  readonly hit: number;
  readonly fault?: 'kill' | 'error' | undefined;
}

/** The shipped hook does nothing. */
export function createPoint(cut: CrashPoint | undefined): (name: StorePointName) => void {
  if (!cut) return () => {};
  let passed = 0;
  return (name) => {
    if (name !== cut.name) return;
    passed += 1;
    if (passed !== cut.hit) return;
    if (cut.fault === 'error') throw new Error(`Cut at ${name}.`);
    kill(pid, 'SIGKILL');
  };
}
