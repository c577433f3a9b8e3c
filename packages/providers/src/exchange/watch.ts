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
 * One timer measures both limits, in steps of a quarter of the idle time (or of the total time, if that is shorter),
 * so that a chunk costs no timer: each limit is reached up to one step late.
 */
const steps = 4;

export function startWatch(
  deps: { readonly service: string; readonly limits: ExchangeLimits; readonly timer: Timer },
  signal: AbortSignal,
): Watch {
  const { service, limits, timer } = deps;
  const controller = new AbortController();
  let silentMs = 0;
  let listening = true;
  const forward = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const expire = (what: string): void =>
    controller.abort(
      new CuttleError('provider.timeout', `${service} ${what}.`, {
        hint: 'Try again; for a slow model raise idleTimeoutMs or totalTimeoutMs of this provider.',
      }),
    );
  const { idleTimeoutMs, totalTimeoutMs } = limits;
  const stepMs = Math.min(idleTimeoutMs / steps, totalTimeoutMs);
  const count = async (): Promise<void> => {
    for (let elapsedMs = 0; elapsedMs < totalTimeoutMs; elapsedMs += stepMs) {
      if (silentMs >= idleTimeoutMs) return expire(`said nothing for ${idleTimeoutMs} ms`);
      await timer.sleep(stepMs, controller.signal);
      if (listening) silentMs += stepMs;
    }
    expire(`did not end its answer within ${totalTimeoutMs} ms`);
  };
  // Ends by rejection when the exchange is over, which is what it is for.
  count().catch(() => undefined);
  return {
    signal: controller.signal,
    listen() {
      listening = true;
    },
    heard() {
      listening = false;
      silentMs = 0;
    },
    stop() {
      signal.removeEventListener('abort', forward);
      controller.abort(over);
    },
  };
}

/** The reason of a signal whose exchange is over. Nobody sees it. */
const over = new DOMException('This exchange is over.', 'AbortError');
