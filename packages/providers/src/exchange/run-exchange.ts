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
  let handedOver = false;
  let isRead = false;
  try {
    const response = await sendWatched(deps.service, call.send, watch);
    watch.listen();
    for await (const chunk of readChunks({ service: deps.service, response }, watch.signal)) {
      watch.heard();
      const over = handedOver;
      for (const event of answer.read(chunk)) {
        signal.throwIfAborted();
        handedOver = event.type === 'finish';
        yield event;
      }
      if (handedOver && !over) drain(deps, watch);
      watch.listen();
    }
    isRead = true;
    for (const event of answer.end()) {
      signal.throwIfAborted();
      yield event;
    }
  } catch (error) {
    // The answer is complete and was handed over: how the connection ended does not matter.
    if (handedOver) return;
    signal.throwIfAborted();
    // The watch aborts with `provider.timeout`.
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    if (isRead) watch.end();
    else watch.stop();
  }
}

const drainMs = 250;

/** A service may keep the connection open after its last record. The next request wants it back, but not at any price. */
function drain({ timer }: ExchangeDeps, watch: Watch): void {
  timer.sleep(drainMs, watch.over).then(() => watch.stop(), ignore);
}
