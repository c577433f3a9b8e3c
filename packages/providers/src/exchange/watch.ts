import { CuttleError } from '@cuttle/core-types/errors';
import type { ExchangeLimits } from './limits.ts';
import type { Timer } from './timer.ts';

/** Ends one exchange when its caller, or the service's silence, says so. */
export interface Watch {
  /** Aborts with the caller's reason, with `provider.timeout`, or after `stop`. */
  readonly signal: AbortSignal;
  /** Aborts after `stop` and after `end`. */
  readonly over: AbortSignal;
  /** Silence counts between `listen` and `heard` only: a reader may take its time. */
  listen(): void;
  heard(): void;
  /** The answer was read to its end: there is nothing to close, and an abort that closes nothing has its price. */
  end(): void;
  stop(): void;
}

/**
 * One timer measures both limits, in steps of a quarter of the idle time (or of the total time, if that is shorter),
 * so that a chunk costs no timer: each limit is reached up to one step late.
 */
const steps = 4;
/** What is longer than 31 bits fires at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const longestTimerMs = 2_147_483_647;

export function startWatch(
  deps: { readonly service: string; readonly limits: ExchangeLimits; readonly timer: Timer },
  signal: AbortSignal,
): Watch {
  const { service, limits, timer } = deps;
  const controller = new AbortController();
  const counting = new AbortController();
  let silentMs = 0;
  let listening = true;
  const abort = (reason: unknown): void => {
    controller.abort(reason);
    counting.abort(reason);
  };
  const forward = (): void => abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const expire = (what: string): void =>
    abort(
      new CuttleError('provider.timeout', `${service} ${what}.`, {
        hint: 'Try again; for a slow model raise idleTimeoutMs or totalTimeoutMs of this provider.',
      }),
    );
  const { idleTimeoutMs, totalTimeoutMs } = limits;
  const stepMs = Math.min(idleTimeoutMs / steps, totalTimeoutMs, longestTimerMs);
  const count = async (): Promise<void> => {
    for (let elapsedMs = 0; elapsedMs < totalTimeoutMs; elapsedMs += stepMs) {
      if (silentMs >= idleTimeoutMs) return expire(`said nothing for ${idleTimeoutMs} ms`);
      await timer.sleep(stepMs, counting.signal);
      if (listening) silentMs += stepMs;
    }
    expire(`did not end its answer within ${totalTimeoutMs} ms`);
  };
  // Ends by rejection when the exchange is over, which is what it is for.
  count().catch(() => undefined);
  return {
    signal: controller.signal,
    over: counting.signal,
    listen() {
      listening = true;
    },
    heard() {
      listening = false;
      silentMs = 0;
    },
    end() {
      signal.removeEventListener('abort', forward);
      counting.abort(over);
    },
    stop() {
      signal.removeEventListener('abort', forward);
      abort(over);
    },
  };
}

/** The reason of a signal whose exchange is over. Nobody sees it. */
const over = new DOMException('This exchange is over.', 'AbortError');
