import type { ModelEvent } from '@cuttle/core-types/ports';
import type { Framing } from './framing.ts';
import type { ExchangeLimits } from './limits.ts';
import { type AnswerDecoder, createAnswerReader } from './read-answer.ts';
import { readChunks } from './read-chunks.ts';
import { ignore, type Send, sendWatched } from './send-watched.ts';
import type { Timer } from './timer.ts';
import { startWatch } from './watch.ts';

export interface ExchangeDeps {
  readonly service: string;
  readonly framing: Framing;
  readonly limits: ExchangeLimits;
  readonly timer: Timer;
}

export interface ExchangeCall {
  /** Sends the request; resolves with an answer whose status is good. */
  readonly send: Send;
  readonly decoder: AnswerDecoder;
}

/** A service may keep the connection open after its last record; the next request wants it back, but not at any price. */
const drainMs = 250;

/** One request and its answer: time limits, abort, bytes to events, and a name for every failure. */
export async function* runExchange(
  deps: ExchangeDeps,
  call: ExchangeCall,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, void, void> {
  signal.throwIfAborted();
  const watch = startWatch(deps, signal);
  const answer = createAnswerReader({ ...deps, ...deps.limits, decoder: call.decoder });
  try {
    const response = await sendWatched(deps.service, call.send, watch);
    for await (const chunk of readChunks({ service: deps.service, response }, watch.signal)) {
      watch.heard();
      const before = answer.finished;
      for (const event of answer.read(chunk)) yield event;
      if (answer.finished && !before)
        deps.timer.sleep(drainMs, watch.signal).then(() => watch.stop(), ignore);
      watch.listen();
    }
    for (const event of answer.end()) yield event;
  } catch (error) {
    // The answer is complete and was handed over: how the connection ended does not matter.
    if (answer.finished) return;
    signal.throwIfAborted();
    // The watch aborts with `provider.timeout`.
    watch.signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
  }
}
