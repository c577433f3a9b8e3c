import type { ModelEvent } from '@cuttle/core-types/ports';
import type { ExchangeLimits } from './limits.ts';
import { type AnswerDecoder, type AnswerFraming, createAnswerReader } from './read-answer.ts';
import { readChunks } from './read-chunks.ts';
import { ignore, type Send, sendWatched } from './send-watched.ts';
import type { Timer } from './timer.ts';
import { startWatch, type Watch } from './watch.ts';

export interface ExchangeDeps {
  readonly service: string;
  readonly framing: AnswerFraming;
  readonly limits: ExchangeLimits;
  readonly timer: Timer;
}

export interface ExchangeCall {
  /** Sends the request; resolves with an answer whose status is good. */
  readonly send: Send;
  readonly decoder: AnswerDecoder;
}

/** One request and its answer: time limits, abort, bytes to events, and a name for every failure. */
export async function* runExchange(
  deps: ExchangeDeps,
  call: ExchangeCall,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  signal.throwIfAborted();
  const watch = startWatch(deps, signal);
  const answer = createAnswerReader({ ...deps, ...deps.limits, decoder: call.decoder });
  let chunks: Chunks | undefined;
  let isWhole = false;
  let isRead = false;
  try {
    const response = await sendWatched(deps.service, call.send, watch);
    watch.listen();
    chunks = readChunks({ service: deps.service, response }, watch.signal);
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      watch.heard();
      for (const event of answer.read(next.value)) {
        signal.throwIfAborted();
        isWhole = event.type === 'finish';
        yield event;
      }
      if (isWhole) return;
      watch.listen();
    }
    isRead = true;
    for (const event of answer.end()) {
      signal.throwIfAborted();
      yield event;
    }
  } catch (error) {
    signal.throwIfAborted();
    // The watch aborts with `provider.timeout`.
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    if (isRead) watch.end();
    // Nobody is kept waiting for what has no meaning any more.
    else if (isWhole && chunks && !watch.over.aborted) void readRest(deps, chunks, watch);
    else watch.stop();
  }
}

type Chunks = ReturnType<typeof readChunks>;

const restMs = 250;

/**
 * Nothing of the answer is missing any more. What is left is the end of the body, mostly there already: a connection that was
 * read to it serves the next request. A service may keep it open all the same, so not at any price.
 */
async function readRest({ timer }: ExchangeDeps, chunks: Chunks, watch: Watch): Promise<void> {
  timer.sleep(restMs, watch.over).then(() => watch.stop(), ignore);
  try {
    for (let next = await chunks.next(); !next.done; next = await chunks.next());
    watch.end();
  } catch {
    // How the connection ended does not matter.
    watch.stop();
  }
}
