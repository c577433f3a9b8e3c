import { kill, pid } from 'node:process';
import type { CrashPoint } from '@cuttle/runtime';
import { storePointNames, type SqliteStoreOptions } from '@cuttle/store/sqlite';

/**
 * For crash tests: `CUTTLE_CRASH_POINT=<name>:<n>` kills this process at the n-th passing of an instant, of the runtime's or of the
 * store's own thread. Without the variable nothing is hooked.
 */
export function createCrashPoint(env: NodeJS.ProcessEnv): {
  point?: CrashPoint;
  storeCrashPoint?: NonNullable<SqliteStoreOptions['crashPoint']>;
} {
  const wanted = env['CUTTLE_CRASH_POINT'];
  if (!wanted) return {};
  const [name = '', count = '1'] = wanted.split(':');
  const hit = Number(count);
  const ofStore = storePointNames.find((one) => one === name);
  if (ofStore) return { storeCrashPoint: { name: ofStore, hit } };
  let passed = 0;
  return {
    point(instant) {
      if (instant !== name) return;
      passed += 1;
      if (passed === hit) kill(pid, 'SIGKILL');
    },
  };
}
