import { readText } from './read-chunks.ts';
import type { ExchangeDeps } from './run-exchange.ts';
import { type Send, sendWatched } from './send-watched.ts';
import { startWatch } from './watch.ts';

/** A list of models is long at an aggregator: OpenRouter's has half a megabyte. */
const maxListBytes = 8_388_608;

/** An answer that is read at once. */
export interface WholeText {
  readonly text: string;
  readonly headers: Headers;
}

/** One request whose answer is small and read at once. Throws `provider.*`. */
export async function fetchText(
  deps: Omit<ExchangeDeps, 'framing'>,
  send: Send,
  signal: AbortSignal,
): Promise<string> {
  const { text } = await fetchWhole({ ...deps, maxBytes: maxListBytes }, send, signal);
  return text;
}

/** The same with the headers of the answer, of which at most `maxBytes` are read. */
export async function fetchWhole(
  deps: Omit<ExchangeDeps, 'framing'> & { readonly maxBytes: number },
  send: Send,
  signal: AbortSignal,
): Promise<WholeText> {
  signal.throwIfAborted();
  const { service, maxBytes } = deps;
  const watch = startWatch(deps, signal);
  try {
    const response = await sendWatched(service, send, watch);
    watch.listen();
    const text = await readText({ service, response, maxBytes }, watch.signal);
    return { text, headers: response.headers };
  } catch (error) {
    signal.throwIfAborted();
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
  }
}
