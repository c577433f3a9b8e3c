import { createCallTally } from '@cuttle/core-types';
import { type CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import type { Clock, ModelProvider } from '@cuttle/core-types/ports';

export interface RetryDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  /** A number from 0 to 1, as `Math.random` gives it: spreads the callers that were turned away together. */
  random(): number;
  /** How often a call is made at most, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** The first wait without a wish of the service, doubled each time. Default 500. */
  readonly baseDelayMs?: number;
  /** A service that wants more patience than this fails at once, so that another can be asked. Default 60,000. */
  readonly maxDelayMs?: number;
}

/**
 * The same provider, which asks again after a failure that may pass. Never once something was yielded: half an
 * answer is not repeated, but what the service tells of its use is no answer. Waits as long as the service says, else exponentially with full jitter.
 */
export function createRetrying(provider: ModelProvider, deps: RetryDeps): ModelProvider {
  const waitOrThrow = createPatience(deps);
  return {
    id: provider.id,
    dialect: provider.dialect,
    async *stream(request, signal) {
      const origin = { dialect: provider.dialect, provider: provider.id, model: request.model };
      for (let attempt = 1; ; attempt += 1) {
        const tally = createCallTally();
        let silent = true;
        // Nothing is said where no request is sent.
        signal.throwIfAborted();
        yield { type: 'call.start', origin };
        try {
          for await (const event of provider.stream(request, signal)) {
            if (event.type !== 'usage') silent = false;
            tally.hear(event);
            yield event;
          }
          return;
        } catch (error) {
          signal.throwIfAborted();
          if (tally.isHeard) yield { type: 'call.cut', ...tally.toCut(origin) };
          if (!silent) throw error;
          await waitOrThrow(error, attempt, signal);
        }
      }
    },
    async models(signal) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await provider.models(signal);
        } catch (error) {
          await waitOrThrow(error, attempt, signal);
        }
      }
    },
  };
}

/** Waits for another attempt, or throws the failure where none would help. */
export function createPatience(
  deps: RetryDeps,
): (error: unknown, attempt: number, signal: AbortSignal) => Promise<void> {
  const { maxAttempts = 4 } = deps;
  return async (error, attempt, signal) => {
    signal.throwIfAborted();
    if (attempt >= maxAttempts || !isCuttleError(error) || !error.traits.retryable) throw error;
    const delayMs = delayFor(error, attempt, deps);
    if (delayMs === undefined) throw error;
    await deps.clock.sleep(delayMs, signal);
  };
}

function delayFor(error: CuttleError, attempt: number, deps: RetryDeps): number | undefined {
  const { baseDelayMs = 500, maxDelayMs = 60_000 } = deps;
  const asked = error.retryAfterMs;
  // A tenth more, so that all who were told the same moment do not come together.
  if (asked !== undefined)
    return asked > maxDelayMs ? undefined : Math.ceil(asked * (1 + deps.random() / 10));
  return Math.ceil(Math.min(baseDelayMs * 2 ** (attempt - 1), maxDelayMs) * deps.random());
}
