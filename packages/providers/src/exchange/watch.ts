import { CuttleError } from '@cuttle/core-types/errors';
import type { ExchangeLimits } from './limits.ts';
import type { Timer } from './timer.ts';

/** Ends one exchange when its caller, or the service's silence, says so. */
export interface Watch {
  /** Aborts with the caller's reason, with `provider.timeout`, or after `stop`. */
  readonly signal: AbortSignal;
  /** Silence counts between `listen` and `heard` only: a reader may take its time. */
  listen(): void;
  heard(): void;
  stop(): void;
}

/**
 * Silence is measured in quarters of the idle time, so that a chunk costs no timer:
 * the time-out comes after one to one and a quarter times `idleTimeoutMs`.
 */
const slices = 4;

export function startWatch(
  deps: { readonly service: string; readonly limits: ExchangeLimits; readonly timer: Timer },
  signal: AbortSignal,
): Watch {
  const { service, limits, timer } = deps;
  const controller = new AbortController();
  let silent = 0;
  let listening = true;
  const forward = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const expire = (what: string): void =>
    controller.abort(
      new CuttleError('provider.timeout', `${service} ${what}.`, {
        hint: 'Try again; for a slow model raise idleTimeoutMs or totalTimeoutMs of this provider.',
      }),
    );
  const countSilence = async (): Promise<void> => {
    while (silent < slices) {
      await timer.sleep(limits.idleTimeoutMs / slices, controller.signal);
      if (listening) silent += 1;
    }
    expire(`said nothing for ${limits.idleTimeoutMs} ms`);
  };
  const countAll = async (): Promise<void> => {
    await timer.sleep(limits.totalTimeoutMs, controller.signal);
    expire(`did not end its answer within ${limits.totalTimeoutMs} ms`);
  };
  // Both end by rejection when the exchange is over, which is what they are for.
  countSilence().catch(() => undefined);
  countAll().catch(() => undefined);
  return {
    signal: controller.signal,
    listen() {
      listening = true;
    },
    heard() {
      listening = false;
      silent = 0;
    },
    stop() {
      signal.removeEventListener('abort', forward);
      controller.abort(over);
    },
  };
}

/** The reason of a signal whose exchange is over. Nobody sees it. */
const over = new DOMException('This exchange is over.', 'AbortError');
