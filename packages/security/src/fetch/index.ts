export {
  createGuardedFetch,
  type GuardedFetch,
  type GuardedFetchOptions,
} from './create-guarded-fetch.ts';
export type { Resolve } from './guarded-connector.ts';
