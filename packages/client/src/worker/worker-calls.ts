import type { MethodName, ParamsOf, ResultOf } from '@cuttle/core-types/protocol';
import type { Clock } from '@cuttle/core-types/ports';
import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { decodeError, isObject, toClientError } from '../frame.ts';
import { toSocketUrl } from '../socket-url.ts';
import { type Backoff, backoffMs } from '../backoff.ts';

type WorkerMethod = Extract<MethodName, 'workers.claim' | 'workers.report' | 'workers.finish'>;

/** The gateway's methods over HTTP. Asked again until it answers; throws what no second attempt mends, or `signal.reason`. */
export type WorkerCalls = <Name extends WorkerMethod>(
  method: Name,
  params: ParamsOf<Name>,
  signal: AbortSignal,
) => Promise<ResultOf<Name>>;

export interface WorkerCallsDeps {
  readonly url: string;
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly random: () => number;
  readonly backoff: Backoff;
  /** Gets each failure that is tried again. */
  readonly onRetry: (error: CuttleError) => void;
}

/** How long an answer may take beyond what was asked for. */
const answerMs = 20_000;

export function createWorkerCalls(deps: WorkerCallsDeps): WorkerCalls {
  return async (method, params, signal) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // The gateway makes results from the same table as this type; parsing again would bring zod into the page.
        return (await callOnce(deps, { method, params }, signal)) as ResultOf<typeof method>;
      } catch (error) {
        signal.throwIfAborted();
        if (!isCuttleError(error) || isFinal(error)) throw error;
        deps.onRetry(error);
        const waitMs = backoffMs(attempt, deps.backoff, deps.random);
        await deps.clock.sleep(Math.max(waitMs, error.retryAfterMs ?? 0), signal);
      }
    }
  };
}

/** A gateway that failed once may be well the next time; one that says no says it again. */
function isFinal({ code, traits }: CuttleError): boolean {
  return !traits.retryable && code !== 'internal';
}

async function callOnce(
  { url, token, fetch, clock }: WorkerCallsDeps,
  { method, params }: { readonly method: WorkerMethod; readonly params: unknown },
  signal: AbortSignal,
): Promise<unknown> {
  const late = new AbortController();
  const over = AbortSignal.any([signal, late.signal]);
  const { waitMs = 0 } = params as { readonly waitMs?: number }; // a claim has it
  const ended = new AbortController();
  // Ends quietly when the answer is there.
  clock.sleep(answerMs + waitMs, ended.signal).then(
    () => late.abort(),
    () => {},
  );
  try {
    const response = await fetch(methodUrl(url, method), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(params),
      signal: over,
    });
    return readAnswer(await response.text(), response.status);
  } catch (error) {
    if (isCuttleError(error)) throw error;
    throw new CuttleError('gateway.not-running', `No gateway answers at ${url}.`, { cause: error });
  } finally {
    ended.abort();
  }
}

function methodUrl(url: string, method: string): string {
  // Any address of a gateway is one of its socket, too.
  const { protocol, host } = new URL(toSocketUrl(url));
  return `${protocol === 'wss:' ? 'https' : 'http'}://${host}/api/${method}`;
}

/** What is no answer of a gateway comes from something between, and may be mended. */
function readAnswer(text: string, status: number): unknown {
  const answer = parseAnswer(text);
  if (isObject(answer) && status === 200) return answer;
  if (isObject(answer) && isObject(answer['error']))
    throw toClientError(decodeError(answer['error']));
  throw new CuttleError(
    'gateway.not-running',
    `Something else than a gateway answered: ${status}.`,
  );
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
