import { CuttleError, isCuttleError } from '@cuttle/core-types/errors';
import { classifyFailure } from '../failure/classify-failure.ts';
import { readText } from './read-chunks.ts';

export type Fetch = typeof globalThis.fetch;

/** Enough for every documented error, too little to hurt. */
const maxErrorBytes = 65_536;

/**
 * A `fetch` for the SDKs that resolves with a good answer or rejects with a named failure:
 * an error status is read and classified here, before an SDK wraps it in its own words.
 * A redirect is not followed, since the key would go with it to another host.
 */
export function createStrictFetch(deps: {
  readonly service: string;
  readonly fetch: Fetch;
  /** Never shown, should the service repeat them. */
  readonly secrets: readonly string[];
}): Fetch {
  return async (input, init) => {
    const response = await deps.fetch(input, { ...init, redirect: 'manual' });
    if (response.ok) return response;
    const { status, headers } = response;
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      throw new CuttleError('provider.invalid', `${deps.service} redirected the request.`, {
        hint: 'Set baseUrl to the address it redirects to; a key is not sent on to another host.',
        details: { status },
      });
    }
    const { service, secrets } = deps;
    const body = await readWords({ service, response }, init?.signal ?? never);
    throw classifyFailure({ service, status, headers, body, secrets });
  };
}

/** The status says enough where the words are cut, or packed in a way that cannot be undone. */
async function readWords(
  from: { readonly service: string; readonly response: Response },
  signal: AbortSignal,
): Promise<string> {
  try {
    return await readText({ ...from, maxBytes: maxErrorBytes }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!isCuttleError(error, 'provider.network')) throw error;
    return '';
  }
}

const never = new AbortController().signal;
