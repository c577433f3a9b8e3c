import type { ErrorCode } from '@cuttle/core-types/errors';

/** What a failure means for the key that met it, and for the other routes. */
export interface FailurePolicy {
  /**
   * How long the key rests for this model: doubled with each failure in a row, up to the most, unless the service says how
   * long. Absent: the request was at fault, and the key rests not.
   */
  readonly rest?: { readonly firstMs: number; readonly mostMs: number };
  /** `larger`: only where the context window is known to be larger. `none`: no other model would take the request either. */
  readonly nextRoute: 'any' | 'larger' | 'none';
}

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;

/** By class of failure. What is not listed is no failure of a service, and ends the answer. */
const policies: { readonly [Code in ErrorCode]?: FailurePolicy } = {
  'provider.network': { rest: { firstMs: 0.5 * seconds, mostMs: 2 * minutes }, nextRoute: 'any' },
  'provider.malformed': { rest: { firstMs: 0.5 * seconds, mostMs: 2 * minutes }, nextRoute: 'any' },
  'provider.overloaded': { rest: { firstMs: 1 * seconds, mostMs: 5 * minutes }, nextRoute: 'any' },
  'provider.rate-limited': {
    rest: { firstMs: 5 * seconds, mostMs: 10 * minutes },
    nextRoute: 'any',
  },
  // It has cost its idle time already.
  'provider.timeout': { rest: { firstMs: 10 * seconds, mostMs: 10 * minutes }, nextRoute: 'any' },
  // A person has to act.
  'provider.auth': { rest: { firstMs: 10 * minutes, mostMs: 6 * hours }, nextRoute: 'any' },
  'provider.billing': { rest: { firstMs: 1 * hours, mostMs: 24 * hours }, nextRoute: 'any' },
  'provider.overflow': { nextRoute: 'larger' },
  'provider.invalid': { nextRoute: 'none' },
  'provider.filtered': { nextRoute: 'none' },
};

/** The longest rest, whatever a service asks for. */
export const longestRestMs = 24 * hours;

export function policyFor(code: ErrorCode): FailurePolicy | undefined {
  return policies[code];
}
