import { readText } from './read-chunks.ts';
import type { ExchangeDeps } from './run-exchange.ts';
import { type Send, sendWatched } from './send-watched.ts';
import { startWatch } from './watch.ts';

/** A list of models is long at an aggregator: OpenRouter's has half a megabyte. */
const maxBytes = 8_388_608;

/** One request whose answer is small and read at once. Throws `provider.*`. */
export async function fetchText(
  deps: Omit<ExchangeDeps, 'framing'>,
  send: Send,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted();
  const { service } = deps;
  const watch = startWatch(deps, signal);
  try {
    const response = await sendWatched(service, send, watch);
    watch.listen();
    return await readText({ service, response, maxBytes }, watch.signal);
  } catch (error) {
    signal.throwIfAborted();
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
  }
}
