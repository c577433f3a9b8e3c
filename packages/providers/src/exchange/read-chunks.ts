import { toConnectionFailure } from './connection-failure.ts';

/**
 * The bytes of an answer as they come. An abort ends the reading at once with `signal.reason`, also where the
 * `fetch` that was injected does not know of signals. Leaving the loop closes the connection; a lost one is
 * `provider.network`.
 */
export async function* readChunks(
  from: { readonly service: string; readonly response: Response },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (from.response.body === null) return;
  const reader = from.response.body.getReader();
  // Cancelling answers a waiting read, so no read needs a race against the abort.
  const close = (): void => void reader.cancel().catch(() => undefined);
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      ended = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw toConnectionFailure(error, from.service);
  } finally {
    signal.removeEventListener('abort', close);
    if (!ended) close();
  }
}

/** The beginning of an answer as text, at most `maxBytes` of it. */
export async function readText(
  from: { readonly service: string; readonly response: Response; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let left = from.maxBytes;
  for await (const chunk of readChunks(from, signal)) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
  return text;
}
